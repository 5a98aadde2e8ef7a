BEGIN;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "policy_id" UUID, ADD COLUMN "policy_version" INTEGER;

-- CreateTable
CREATE TABLE "policy_version" (
    "policy_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "organization_id" UUID NOT NULL,
    "spec" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_version_pkey" PRIMARY KEY ("policy_id","version")
);

-- AddForeignKey
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "policy"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Of policies that exist the present version is all that is known.
INSERT INTO "policy_version" ("policy_id", "version", "organization_id", "spec", "created_by", "created_at")
SELECT id, version, organization_id, spec, '', updated_at FROM "policy";

ALTER TABLE "policy_version" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "policy_version" FORCE ROW LEVEL SECURITY;
CREATE POLICY "policy_version_system" ON "policy_version" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "policy_version_tenant" ON "policy_version" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, DELETE ON "policy_version" TO bootfleet_tenant;
GRANT SELECT, INSERT, DELETE ON "policy_version" TO bootfleet_system;

COMMIT;
