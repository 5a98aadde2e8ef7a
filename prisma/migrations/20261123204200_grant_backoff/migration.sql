BEGIN;

-- AlterTable
ALTER TABLE "rollout_target" ADD COLUMN "grant_after" TIMESTAMPTZ(3),
ADD COLUMN "grants_returned" INTEGER NOT NULL DEFAULT 0;

COMMIT;
