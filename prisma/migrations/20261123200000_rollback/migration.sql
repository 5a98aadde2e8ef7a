BEGIN;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "halted_at" TIMESTAMPTZ(3),
ADD COLUMN "parent_id" UUID;

-- AlterTable
ALTER TABLE "rollout_target" ADD COLUMN "first_granted_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "rollout_parent_id_created_at_idx" ON "rollout"("parent_id", "created_at");

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "rollout"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- One roll-back of a rollout at a time.
CREATE UNIQUE INDEX "rollout_live_rollback" ON "rollout" ("parent_id")
  WHERE "parent_id" IS NOT NULL AND "state" IN ('running', 'pausing', 'paused', 'aborting');

COMMIT;
