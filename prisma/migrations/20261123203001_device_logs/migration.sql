BEGIN;

-- CreateTable
CREATE TABLE "device_log" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "op" INTEGER NOT NULL,
    "parts" JSONB NOT NULL,
    "last_part" INTEGER,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "device_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_progress" (
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "bytes_total" BIGINT NOT NULL,
    "step" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "device_progress_pkey" PRIMARY KEY ("device_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "device_log_device_id_op_key" ON "device_log"("device_id", "op");

-- CreateIndex
CREATE INDEX "device_log_received_at_idx" ON "device_log"("received_at");

ALTER TABLE "device_log" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_log" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_log_system" ON "device_log" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_log_tenant" ON "device_log" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT ON "device_log" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_log" TO bootfleet_system;

ALTER TABLE "device_progress" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_progress" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_progress_system" ON "device_progress" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_progress_tenant" ON "device_progress" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT ON "device_progress" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_progress" TO bootfleet_system;

COMMIT;
