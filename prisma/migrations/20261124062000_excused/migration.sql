BEGIN;

-- AlterTable
ALTER TABLE "rollout_target" ADD COLUMN "excused_at" TIMESTAMPTZ(3), ADD COLUMN "excused_by" TEXT;

-- Failures that an operator chose to go on without: few, and listed by themselves.
CREATE INDEX "rollout_target_excused" ON "rollout_target" ("rollout_id", "position", "device_id") WHERE "excused_at" IS NOT NULL;

-- Until now waves only counted them. Who has failed there is taken for excused.
UPDATE "rollout_target" t SET "excused_at" = t."state_since", "excused_by" = 'an operator'
FROM "rollout_wave" w
WHERE w."rollout_id" = t."rollout_id" AND w."index" = t."wave" AND w."excused" > 0 AND t."state" IN ('failed', 'timed_out', 'rolled_back');

COMMIT;
