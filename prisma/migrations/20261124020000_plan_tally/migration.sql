BEGIN;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "plan_tally" JSONB;

COMMIT;
