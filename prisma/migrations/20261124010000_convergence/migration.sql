BEGIN;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "previous_rollout_id" UUID;

-- Devices that joined, or that a newer rollout kept from it, and that wait for a current rollout.
CREATE INDEX "rollout_target_waits_to_join" ON "rollout_target" ("rollout_id", "device_id")
  WHERE "state" = 'skipped' AND "reason" IN ('joined_late', 'superseded');

COMMIT;
