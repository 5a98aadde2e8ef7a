BEGIN;

-- AlterTable
ALTER TABLE "rollout_target" ADD COLUMN "from_boot_key" TEXT;

COMMIT;
