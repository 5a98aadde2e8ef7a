BEGIN;

-- AlterTable
ALTER TABLE "rollout_wave" ADD COLUMN "promoted_at" TIMESTAMPTZ(3), ADD COLUMN "promoted_by" TEXT;

-- A gate that passes writes an event. A wave that is over without one was promoted; a roll-back has no gate.
UPDATE "rollout_wave" w SET "promoted_at" = COALESCE(w."concluded_at", r."created_at"), "promoted_by" = 'an operator'
FROM "rollout" r
WHERE r."id" = w."rollout_id" AND r."kind" = 'update' AND w."state" = 'passed' AND NOT EXISTS (
  SELECT 1 FROM "rollout_event" e WHERE e."rollout_id" = w."rollout_id" AND e."wave" = w."index" AND e."kind" = 'wave.passed');

COMMIT;
