BEGIN;

-- AlterTable
ALTER TABLE "release" ADD COLUMN "barrier" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "dead_end_leave" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "dead_end_reason" TEXT,
ADD COLUMN "minimum_from" UUID;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "estimate" JSONB;

-- AlterTable
ALTER TABLE "rollout_target" ADD COLUMN "hop" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "hop_boot_key" TEXT,
ADD COLUMN "hops" JSONB;

-- AddForeignKey
ALTER TABLE "release" ADD CONSTRAINT "release_minimum_from_fkey" FOREIGN KEY ("minimum_from") REFERENCES "release"("id") ON DELETE SET NULL ON UPDATE CASCADE;

COMMIT;
