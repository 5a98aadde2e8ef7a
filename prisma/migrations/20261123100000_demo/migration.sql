BEGIN;

-- AlterTable
ALTER TABLE "organization" ADD COLUMN "demo" JSONB;

COMMIT;
