BEGIN;

-- Roll-backs that are over: devices that were away still go back.
CREATE INDEX "rollout_rolled_back" ON "rollout" ("id") WHERE "kind" = 'rollback' AND "state" = 'completed';

COMMIT;
