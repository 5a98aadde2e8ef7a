BEGIN;

-- CreateTable
CREATE TABLE "health_signal" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "selector" TEXT,
    "device_ids" UUID[],
    "message" TEXT NOT NULL DEFAULT '',
    "since" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,

    CONSTRAINT "health_signal_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "health_signal_organization_id_since_id_idx" ON "health_signal"("organization_id", "since", "id");

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN "signals_accepted_at" TIMESTAMPTZ(3);

-- Of one name and scope one is in force.
CREATE UNIQUE INDEX "health_signal_in_force" ON "health_signal"("organization_id", "name", "scope") WHERE "ended_at" IS NULL;

ALTER TABLE "health_signal" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "health_signal" FORCE ROW LEVEL SECURITY;
CREATE POLICY "health_signal_system" ON "health_signal" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "health_signal_tenant" ON "health_signal" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE ON "health_signal" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "health_signal" TO bootfleet_system;

COMMIT;
