BEGIN;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "exclude" TEXT;

COMMIT;
