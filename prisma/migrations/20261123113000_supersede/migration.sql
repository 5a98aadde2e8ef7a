BEGIN;

-- AlterTable
ALTER TABLE "channel" ADD COLUMN "current_rollout_id" UUID;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "superseded_by" UUID;

-- CreateIndex
CREATE INDEX "rollout_superseded_by_idx" ON "rollout"("superseded_by");

COMMIT;
