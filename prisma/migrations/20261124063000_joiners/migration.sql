BEGIN;

-- AlterTable
ALTER TABLE "channel" ADD COLUMN "join_cursor" UUID;

-- AlterTable
ALTER TABLE "device_group" ADD COLUMN "channel_since" TIMESTAMPTZ(3);

-- Which of them came to their channel with their devices is not known: nothing moves these by itself.
UPDATE "device_group" SET "channel_since" = now() WHERE "channel_id" IS NOT NULL;

COMMIT;
