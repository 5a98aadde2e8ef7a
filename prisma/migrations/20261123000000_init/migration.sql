BEGIN;

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "user_account" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "display" TEXT NOT NULL,
    "token_sha256" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" BIGSERIAL NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "request_id" TEXT,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "organization_id" UUID NOT NULL,
    "actor_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_sha256" TEXT NOT NULL,
    "status" INTEGER,
    "response" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("organization_id","actor_id","key")
);

-- CreateTable
CREATE TABLE "channel" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "repository" TEXT NOT NULL,
    "current_release_id" UUID,
    "default_policy_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "release" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "repository" TEXT NOT NULL,
    "tag" TEXT,
    "index_digest" TEXT,
    "version" TEXT,
    "revision" TEXT,
    "source" TEXT,
    "base_image" TEXT,
    "image_created_at" TIMESTAMPTZ(3),
    "notes" TEXT NOT NULL DEFAULT '',
    "annotations" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "release_manifest" (
    "release_id" UUID NOT NULL,
    "architecture" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "manifest_digest" TEXT NOT NULL,
    "config_digest" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "layers" JSONB NOT NULL,

    CONSTRAINT "release_manifest_pkey" PRIMARY KEY ("release_id","architecture")
);

-- CreateTable
CREATE TABLE "registry_credential" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "scope" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "sealed_secret" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "registry_credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_group" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "channel_id" UUID,
    "budget" JSONB NOT NULL,
    "windows" JSONB NOT NULL,
    "blackouts" JSONB NOT NULL,
    "frozen_at" TIMESTAMPTZ(3),
    "frozen_by" TEXT,
    "freeze_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "device_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,
    "hardware_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "labels" JSONB NOT NULL,
    "architecture" TEXT NOT NULL,
    "incarnation" INTEGER NOT NULL,
    "pinned_release_id" UUID,
    "ops" JSONB NOT NULL,
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_certificate" (
    "fingerprint" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "csr_sha256" TEXT NOT NULL,
    "public_key_sha256" TEXT NOT NULL,
    "certificate_pem" TEXT NOT NULL,
    "incarnation" INTEGER NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_certificate_pkey" PRIMARY KEY ("fingerprint")
);

-- CreateTable
CREATE TABLE "device_state" (
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "inc" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "device_time" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "observed_gen" BIGINT NOT NULL,
    "boot_key" TEXT NOT NULL,
    "booted_digest" TEXT,
    "staged_digest" TEXT,
    "staged_locked" BOOLEAN NOT NULL,
    "rollback_digest" TEXT,
    "health" TEXT NOT NULL,
    "report" JSONB NOT NULL,

    CONSTRAINT "device_state_pkey" PRIMARY KEY ("device_id")
);

-- CreateTable
CREATE TABLE "device_presence" (
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "conn" UUID NOT NULL,
    "transport" TEXT NOT NULL,
    "gateway_id" TEXT NOT NULL,
    "online" BOOLEAN NOT NULL,
    "connected_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "heartbeat_sec" INTEGER NOT NULL,
    "agent" TEXT NOT NULL,
    "capabilities" TEXT[],

    CONSTRAINT "device_presence_pkey" PRIMARY KEY ("device_id")
);

-- CreateTable
CREATE TABLE "device_desired" (
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "gen" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "rollout_id" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_gen" BIGINT NOT NULL DEFAULT 0,
    "accepted_at" TIMESTAMPTZ(3),
    "rejected_code" TEXT,
    "send_at" TIMESTAMPTZ(3),
    "send_attempts" INTEGER NOT NULL DEFAULT 0,
    "held_since" TIMESTAMPTZ(3),

    CONSTRAINT "device_desired_pkey" PRIMARY KEY ("device_id")
);

-- CreateTable
CREATE TABLE "device_document" (
    "device_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "inc" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "device_document_pkey" PRIMARY KEY ("device_id","kind")
);

-- CreateTable
CREATE TABLE "device_quarantine" (
    "device_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lifted_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_quarantine_pkey" PRIMARY KEY ("device_id","digest")
);

-- CreateTable
CREATE TABLE "boot_record" (
    "device_id" UUID NOT NULL,
    "inc" INTEGER NOT NULL,
    "boot_key" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "booted_digest" TEXT,
    "target_digest" TEXT,
    "outcome" TEXT NOT NULL,
    "health" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "duration_ms" INTEGER,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "boot_record_pkey" PRIMARY KEY ("device_id","inc","boot_key")
);

-- CreateTable
CREATE TABLE "device_event" (
    "id" BIGSERIAL NOT NULL,
    "organization_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "because" JSONB NOT NULL,

    CONSTRAINT "device_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ingest_reject" (
    "id" BIGSERIAL NOT NULL,
    "organization_id" UUID,
    "device_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "topic" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "sample" TEXT NOT NULL,

    CONSTRAINT "ingest_reject_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrollment_token" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "display" TEXT NOT NULL,
    "token_sha256" TEXT NOT NULL,
    "group_id" UUID NOT NULL,
    "labels" JSONB NOT NULL,
    "max_uses" INTEGER NOT NULL,
    "uses" INTEGER NOT NULL DEFAULT 0,
    "requires_approval" BOOLEAN NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "enrollment_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrollment" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "token_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "hardware_id" TEXT NOT NULL,
    "csr" TEXT NOT NULL,
    "csr_sha256" TEXT NOT NULL,
    "request" JSONB NOT NULL,
    "device_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_at" TIMESTAMPTZ(3),
    "decided_by" TEXT,

    CONSTRAINT "enrollment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organization" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "frozen_at" TIMESTAMPTZ(3),
    "frozen_by" TEXT,
    "freeze_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "installation_key" (
    "id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "public_part" TEXT NOT NULL,
    "sealed_private" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "installation_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "organization_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_seq" BIGINT,
    "published_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "version" INTEGER NOT NULL DEFAULT 1,
    "spec" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "release_id" UUID NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'update',
    "state" TEXT NOT NULL,
    "because" JSONB NOT NULL,
    "policy_name" TEXT,
    "policy" JSONB NOT NULL,
    "selector" TEXT,
    "start_at" TIMESTAMPTZ(3),
    "planned_at" TIMESTAMPTZ(3),
    "plan_cursor" UUID,
    "eligible" INTEGER,
    "previous_release_id" UUID,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "wake_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "rollout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout_wave" (
    "rollout_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "rule" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,
    "excused" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL,
    "evaluation" JSONB,
    "opened_at" TIMESTAMPTZ(3),
    "concluded_at" TIMESTAMPTZ(3),

    CONSTRAINT "rollout_wave_pkey" PRIMARY KEY ("rollout_id","index")
);

-- CreateTable
CREATE TABLE "rollout_target" (
    "rollout_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "wave" INTEGER,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "because" JSONB NOT NULL,
    "digest" TEXT NOT NULL,
    "from_digest" TEXT,
    "state_since" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "grant_id" UUID,
    "grant_conn" UUID,
    "granted_at" TIMESTAMPTZ(3),
    "grant_order" INTEGER,
    "grant_boot_key" TEXT,
    "soak_boot_key" TEXT,
    "soak_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "recalled" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "rollout_target_pkey" PRIMARY KEY ("rollout_id","device_id")
);

-- CreateTable
CREATE TABLE "budget_slot" (
    "device_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,
    "rollout_id" UUID NOT NULL,
    "boot_key" TEXT NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "budget_slot_pkey" PRIMARY KEY ("device_id")
);

-- CreateTable
CREATE TABLE "rollout_event" (
    "id" BIGSERIAL NOT NULL,
    "organization_id" UUID NOT NULL,
    "rollout_id" UUID NOT NULL,
    "device_id" UUID,
    "wave" INTEGER,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "because" JSONB NOT NULL,

    CONSTRAINT "rollout_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_account_email_key" ON "user_account"("email");

-- CreateIndex
CREATE INDEX "user_account_organization_id_idx" ON "user_account"("organization_id");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_sha256_key" ON "session"("token_sha256");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_token_sha256_key" ON "api_token"("token_sha256");

-- CreateIndex
CREATE INDEX "api_token_organization_id_created_at_idx" ON "api_token"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_id_idx" ON "audit_entry"("organization_id", "id");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "channel_organization_id_name_key" ON "channel"("organization_id", "name");

-- CreateIndex
CREATE INDEX "release_channel_id_created_at_idx" ON "release"("channel_id", "created_at");

-- CreateIndex
CREATE INDEX "release_organization_id_created_at_idx" ON "release"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "release_manifest_organization_id_manifest_digest_idx" ON "release_manifest"("organization_id", "manifest_digest");

-- CreateIndex
CREATE UNIQUE INDEX "registry_credential_organization_id_scope_key" ON "registry_credential"("organization_id", "scope");

-- CreateIndex
CREATE UNIQUE INDEX "device_group_organization_id_name_key" ON "device_group"("organization_id", "name");

-- CreateIndex
CREATE INDEX "device_organization_id_name_id_idx" ON "device"("organization_id", "name", "id");

-- CreateIndex
CREATE INDEX "device_group_id_idx" ON "device"("group_id");

-- CreateIndex
CREATE UNIQUE INDEX "device_organization_id_hardware_id_key" ON "device"("organization_id", "hardware_id");

-- CreateIndex
CREATE INDEX "device_certificate_device_id_idx" ON "device_certificate"("device_id");

-- CreateIndex
CREATE INDEX "device_certificate_csr_sha256_idx" ON "device_certificate"("csr_sha256");

-- CreateIndex
CREATE INDEX "device_certificate_public_key_sha256_idx" ON "device_certificate"("public_key_sha256");

-- CreateIndex
CREATE INDEX "device_state_organization_id_booted_digest_idx" ON "device_state"("organization_id", "booted_digest");

-- CreateIndex
CREATE INDEX "device_quarantine_organization_id_idx" ON "device_quarantine"("organization_id");

-- CreateIndex
CREATE INDEX "boot_record_organization_id_received_at_idx" ON "boot_record"("organization_id", "received_at");

-- CreateIndex
CREATE INDEX "device_event_device_id_id_idx" ON "device_event"("device_id", "id");

-- CreateIndex
CREATE INDEX "device_event_at_idx" ON "device_event"("at");

-- CreateIndex
CREATE INDEX "ingest_reject_device_id_id_idx" ON "ingest_reject"("device_id", "id");

-- CreateIndex
CREATE INDEX "ingest_reject_at_idx" ON "ingest_reject"("at");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_token_token_sha256_key" ON "enrollment_token"("token_sha256");

-- CreateIndex
CREATE INDEX "enrollment_token_organization_id_created_at_idx" ON "enrollment_token"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "enrollment_organization_id_state_created_at_idx" ON "enrollment"("organization_id", "state", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_token_id_csr_sha256_key" ON "enrollment"("token_id", "csr_sha256");

-- CreateIndex
CREATE UNIQUE INDEX "organization_slug_key" ON "organization"("slug");

-- CreateIndex
CREATE INDEX "installation_key_purpose_idx" ON "installation_key"("purpose");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_published_seq_key" ON "outbox"("published_seq");

-- CreateIndex
CREATE INDEX "outbox_organization_id_published_seq_idx" ON "outbox"("organization_id", "published_seq");

-- CreateIndex
CREATE UNIQUE INDEX "policy_organization_id_name_key" ON "policy"("organization_id", "name");

-- CreateIndex
CREATE INDEX "rollout_organization_id_created_at_id_idx" ON "rollout"("organization_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "rollout_channel_id_idx" ON "rollout"("channel_id");

-- CreateIndex
CREATE INDEX "rollout_target_rollout_id_wave_state_idx" ON "rollout_target"("rollout_id", "wave", "state");

-- CreateIndex
CREATE INDEX "rollout_target_rollout_id_position_idx" ON "rollout_target"("rollout_id", "position");

-- CreateIndex
CREATE INDEX "rollout_target_device_id_idx" ON "rollout_target"("device_id");

-- CreateIndex
CREATE INDEX "budget_slot_group_id_idx" ON "budget_slot"("group_id");

-- CreateIndex
CREATE INDEX "budget_slot_rollout_id_idx" ON "budget_slot"("rollout_id");

-- CreateIndex
CREATE INDEX "rollout_event_rollout_id_id_idx" ON "rollout_event"("rollout_id", "id");

-- CreateIndex
CREATE INDEX "rollout_event_device_id_id_idx" ON "rollout_event"("device_id", "id");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel" ADD CONSTRAINT "channel_default_policy_id_fkey" FOREIGN KEY ("default_policy_id") REFERENCES "policy"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release" ADD CONSTRAINT "release_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release_manifest" ADD CONSTRAINT "release_manifest_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "release"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_group" ADD CONSTRAINT "device_group_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "device_group"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_certificate" ADD CONSTRAINT "device_certificate_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_state" ADD CONSTRAINT "device_state_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_presence" ADD CONSTRAINT "device_presence_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_desired" ADD CONSTRAINT "device_desired_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "enrollment_token"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_wave" ADD CONSTRAINT "rollout_wave_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_target" ADD CONSTRAINT "rollout_target_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_event" ADD CONSTRAINT "rollout_event_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Two roles, neither of which can bypass row security: `bootfleet_tenant` sees one organization, `bootfleet_system` runs
-- what spans organizations (relay, sweeps, ingest). Every transaction sets one of them; the login role has no rights itself.
DO $$
BEGIN
  CREATE ROLE bootfleet_tenant NOLOGIN NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
  CREATE ROLE bootfleet_system NOLOGIN NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT bootfleet_tenant, bootfleet_system TO CURRENT_USER;
DO $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO bootfleet_tenant, bootfleet_system', current_schema());
END $$;

-- Row-level security, forced, so that the owner of the tables is bound too.
ALTER TABLE "user_account" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "user_account" FORCE ROW LEVEL SECURITY;
CREATE POLICY "user_account_system" ON "user_account" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "user_account_tenant" ON "user_account" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "user_account" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "user_account" TO bootfleet_system;

ALTER TABLE "session" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "session" FORCE ROW LEVEL SECURITY;
CREATE POLICY "session_system" ON "session" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "session_tenant" ON "session" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "session" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "session" TO bootfleet_system;

ALTER TABLE "api_token" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "api_token" FORCE ROW LEVEL SECURITY;
CREATE POLICY "api_token_system" ON "api_token" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "api_token_tenant" ON "api_token" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "api_token" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "api_token" TO bootfleet_system;

ALTER TABLE "audit_entry" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "audit_entry" FORCE ROW LEVEL SECURITY;
CREATE POLICY "audit_entry_system" ON "audit_entry" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "audit_entry_tenant" ON "audit_entry" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT ON "audit_entry" TO bootfleet_tenant;
GRANT SELECT, INSERT, DELETE ON "audit_entry" TO bootfleet_system;

ALTER TABLE "idempotency_key" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "idempotency_key" FORCE ROW LEVEL SECURITY;
CREATE POLICY "idempotency_key_system" ON "idempotency_key" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "idempotency_key_tenant" ON "idempotency_key" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "idempotency_key" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "idempotency_key" TO bootfleet_system;

ALTER TABLE "channel" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "channel" FORCE ROW LEVEL SECURITY;
CREATE POLICY "channel_system" ON "channel" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "channel_tenant" ON "channel" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "channel" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "channel" TO bootfleet_system;

ALTER TABLE "release" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "release" FORCE ROW LEVEL SECURITY;
CREATE POLICY "release_system" ON "release" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "release_tenant" ON "release" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "release" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "release" TO bootfleet_system;

ALTER TABLE "release_manifest" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "release_manifest" FORCE ROW LEVEL SECURITY;
CREATE POLICY "release_manifest_system" ON "release_manifest" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "release_manifest_tenant" ON "release_manifest" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "release_manifest" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "release_manifest" TO bootfleet_system;

ALTER TABLE "registry_credential" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "registry_credential" FORCE ROW LEVEL SECURITY;
CREATE POLICY "registry_credential_system" ON "registry_credential" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "registry_credential_tenant" ON "registry_credential" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "registry_credential" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "registry_credential" TO bootfleet_system;

ALTER TABLE "device_group" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_group" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_group_system" ON "device_group" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_group_tenant" ON "device_group" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_group" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_group" TO bootfleet_system;

ALTER TABLE "device" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_system" ON "device" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_tenant" ON "device" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device" TO bootfleet_system;

ALTER TABLE "device_certificate" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_certificate" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_certificate_system" ON "device_certificate" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_certificate_tenant" ON "device_certificate" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_certificate" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_certificate" TO bootfleet_system;

ALTER TABLE "device_state" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_state" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_state_system" ON "device_state" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_state_tenant" ON "device_state" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_state" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_state" TO bootfleet_system;

ALTER TABLE "device_presence" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_presence" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_presence_system" ON "device_presence" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_presence_tenant" ON "device_presence" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_presence" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_presence" TO bootfleet_system;

ALTER TABLE "device_desired" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_desired" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_desired_system" ON "device_desired" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_desired_tenant" ON "device_desired" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_desired" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_desired" TO bootfleet_system;

ALTER TABLE "device_document" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_document" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_document_system" ON "device_document" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_document_tenant" ON "device_document" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_document" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_document" TO bootfleet_system;

ALTER TABLE "device_quarantine" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_quarantine" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_quarantine_system" ON "device_quarantine" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_quarantine_tenant" ON "device_quarantine" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_quarantine" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_quarantine" TO bootfleet_system;

ALTER TABLE "boot_record" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "boot_record" FORCE ROW LEVEL SECURITY;
CREATE POLICY "boot_record_system" ON "boot_record" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "boot_record_tenant" ON "boot_record" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT ON "boot_record" TO bootfleet_tenant;
GRANT SELECT, INSERT, DELETE ON "boot_record" TO bootfleet_system;

ALTER TABLE "device_event" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_event" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_event_system" ON "device_event" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_event_tenant" ON "device_event" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT ON "device_event" TO bootfleet_tenant;
GRANT SELECT, INSERT, DELETE ON "device_event" TO bootfleet_system;

ALTER TABLE "ingest_reject" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "ingest_reject" FORCE ROW LEVEL SECURITY;
CREATE POLICY "ingest_reject_system" ON "ingest_reject" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "ingest_reject_tenant" ON "ingest_reject" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT ON "ingest_reject" TO bootfleet_tenant;
GRANT SELECT, INSERT, DELETE ON "ingest_reject" TO bootfleet_system;

ALTER TABLE "enrollment_token" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "enrollment_token" FORCE ROW LEVEL SECURITY;
CREATE POLICY "enrollment_token_system" ON "enrollment_token" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "enrollment_token_tenant" ON "enrollment_token" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "enrollment_token" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "enrollment_token" TO bootfleet_system;

ALTER TABLE "enrollment" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "enrollment" FORCE ROW LEVEL SECURITY;
CREATE POLICY "enrollment_system" ON "enrollment" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "enrollment_tenant" ON "enrollment" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "enrollment" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "enrollment" TO bootfleet_system;

ALTER TABLE "organization" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "organization" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization_system" ON "organization" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "organization_tenant" ON "organization" TO bootfleet_tenant
  USING ("id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, UPDATE ON "organization" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "organization" TO bootfleet_system;

ALTER TABLE "installation_key" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "installation_key" FORCE ROW LEVEL SECURITY;
CREATE POLICY "installation_key_system" ON "installation_key" TO bootfleet_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON "installation_key" TO bootfleet_system;

ALTER TABLE "outbox" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "outbox" FORCE ROW LEVEL SECURITY;
CREATE POLICY "outbox_system" ON "outbox" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "outbox_tenant" ON "outbox" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "outbox" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "outbox" TO bootfleet_system;

ALTER TABLE "policy" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "policy" FORCE ROW LEVEL SECURITY;
CREATE POLICY "policy_system" ON "policy" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "policy_tenant" ON "policy" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "policy" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "policy" TO bootfleet_system;

ALTER TABLE "rollout" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rollout" FORCE ROW LEVEL SECURITY;
CREATE POLICY "rollout_system" ON "rollout" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "rollout_tenant" ON "rollout" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout" TO bootfleet_system;

ALTER TABLE "rollout_wave" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rollout_wave" FORCE ROW LEVEL SECURITY;
CREATE POLICY "rollout_wave_system" ON "rollout_wave" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "rollout_wave_tenant" ON "rollout_wave" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout_wave" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout_wave" TO bootfleet_system;

ALTER TABLE "rollout_target" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rollout_target" FORCE ROW LEVEL SECURITY;
CREATE POLICY "rollout_target_system" ON "rollout_target" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "rollout_target_tenant" ON "rollout_target" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout_target" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout_target" TO bootfleet_system;

ALTER TABLE "budget_slot" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "budget_slot" FORCE ROW LEVEL SECURITY;
CREATE POLICY "budget_slot_system" ON "budget_slot" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "budget_slot_tenant" ON "budget_slot" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "budget_slot" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "budget_slot" TO bootfleet_system;

ALTER TABLE "rollout_event" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rollout_event" FORCE ROW LEVEL SECURITY;
CREATE POLICY "rollout_event_system" ON "rollout_event" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "rollout_event_tenant" ON "rollout_event" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT ON "rollout_event" TO bootfleet_tenant;
GRANT SELECT, INSERT, DELETE ON "rollout_event" TO bootfleet_system;

-- The order in which the relay saw outbox rows commit; the cursor of live streams.
CREATE SEQUENCE "outbox_published_seq";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO bootfleet_tenant, bootfleet_system;

-- Indexes over the few rows that wait for something.
CREATE INDEX "outbox_waiting" ON "outbox" ("id") WHERE "published_seq" IS NULL;
CREATE INDEX "device_desired_to_send" ON "device_desired" ("send_at") WHERE "send_at" IS NOT NULL;
CREATE INDEX "rollout_to_wake" ON "rollout" ("wake_at") WHERE "wake_at" IS NOT NULL;
CREATE INDEX "rollout_target_due" ON "rollout_target" ("rollout_id", "due_at") WHERE "due_at" IS NOT NULL;
CREATE INDEX "rollout_target_unassigned" ON "rollout_target" ("rollout_id", "position") WHERE "wave" IS NULL AND "state" = 'pending';
CREATE INDEX "device_presence_online" ON "device_presence" ("gateway_id") WHERE "online";
CREATE INDEX "device_labels" ON "device" USING GIN ("labels" jsonb_path_ops);

-- Room on the page for updates in place (HOT).
ALTER TABLE "device_state" SET (fillfactor = 70);
ALTER TABLE "device_presence" SET (fillfactor = 50);
ALTER TABLE "device_desired" SET (fillfactor = 70);

COMMIT;
