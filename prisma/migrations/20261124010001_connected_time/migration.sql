BEGIN;

-- AlterTable
ALTER TABLE "device_presence" ADD COLUMN "connected_ms" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "rollout_target" ADD COLUMN "pull_from" BIGINT;

COMMIT;
