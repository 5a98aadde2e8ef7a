BEGIN;

-- Policies that came with an installation or its demo were not kept; of one that was changed since only the newest is known.
-- The owner of the tables is bound by their policies, and has no organization.
ALTER TABLE "policy" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "policy_version" NO FORCE ROW LEVEL SECURITY;
INSERT INTO "policy_version" ("policy_id", "version", "organization_id", "spec", "created_by", "created_at")
SELECT "id", "version", "organization_id", "spec", '', "updated_at" FROM "policy" ON CONFLICT DO NOTHING;
ALTER TABLE "policy" FORCE ROW LEVEL SECURITY;
ALTER TABLE "policy_version" FORCE ROW LEVEL SECURITY;

COMMIT;
