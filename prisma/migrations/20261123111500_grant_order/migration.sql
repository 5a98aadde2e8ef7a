BEGIN;

-- The grant order of waves with a sequential gate; other rollouts have no entries.
CREATE INDEX "rollout_target_grant_order" ON "rollout_target" ("rollout_id", "wave", "grant_order") WHERE "grant_order" IS NOT NULL;

COMMIT;
