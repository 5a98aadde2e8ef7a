BEGIN;

-- AlterTable
ALTER TABLE "api_token" ADD COLUMN "created_by_id" UUID;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "created_by_id" UUID;

-- AlterTable
ALTER TABLE "rollout_wave" ADD COLUMN "approval_asked_at" TIMESTAMPTZ(3), ADD COLUMN "approved_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "rollout_approval" (
    "rollout_id" UUID NOT NULL,
    "wave" INTEGER NOT NULL,
    "person_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "person_name" TEXT NOT NULL,
    "seen" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rollout_approval_pkey" PRIMARY KEY ("rollout_id","wave","person_id")
);

-- AddForeignKey
ALTER TABLE "rollout_approval" ADD CONSTRAINT "rollout_approval_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Tokens that exist belong to the person whose name they carry, where only one has it.
UPDATE "api_token" t SET "created_by_id" = u.id
FROM "user_account" u
WHERE u.organization_id = t.organization_id AND u.name = t.created_by
  AND NOT EXISTS (SELECT 1 FROM "user_account" o WHERE o.organization_id = u.organization_id AND o.name = u.name AND o.id <> u.id);

ALTER TABLE "rollout_approval" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rollout_approval" FORCE ROW LEVEL SECURITY;
CREATE POLICY "rollout_approval_system" ON "rollout_approval" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "rollout_approval_tenant" ON "rollout_approval" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout_approval" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout_approval" TO bootfleet_system;

COMMIT;
