BEGIN;

-- AlterTable
ALTER TABLE "rollout_target" ADD COLUMN "pool" SMALLINT NOT NULL DEFAULT -1;

-- Who waits for a wave, pool by pool in the planned order.
DROP INDEX "rollout_target_unassigned";
CREATE INDEX "rollout_target_unassigned" ON "rollout_target" ("rollout_id", "pool", "position")
  WHERE "wave" IS NULL AND "state" = 'pending';

-- Who is in no wave yet is counted by pool: -1 for those that match no wave's selector, and so as before, -2 for pool 0, ...
CREATE OR REPLACE FUNCTION "count_targets"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO rollout_count AS c (rollout_id, wave, state, organization_id, count)
    SELECT rollout_id, coalesce(wave, -2 - pool), state, organization_id, count(*) FROM written
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
    ON CONFLICT (rollout_id, wave, state) DO UPDATE SET count = c.count + excluded.count;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO rollout_count AS c (rollout_id, wave, state, organization_id, count)
    SELECT rollout_id, coalesce(wave, -2 - pool), state, organization_id, sum(by) FROM (
      SELECT rollout_id, wave, pool, state, organization_id, 1 AS by FROM written
      UNION ALL SELECT rollout_id, wave, pool, state, organization_id, -1 FROM before) AS moved
    GROUP BY 1, 2, 3, 4 HAVING sum(by) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (rollout_id, wave, state) DO UPDATE SET count = c.count + excluded.count;
  ELSE
    -- With its rollout the counters may be gone already.
    UPDATE rollout_count c SET count = c.count - gone.count FROM (
      SELECT rollout_id, coalesce(wave, -2 - pool) AS wave, state, count(*) AS count FROM before GROUP BY 1, 2, 3) AS gone
    WHERE c.rollout_id = gone.rollout_id AND c.wave = gone.wave AND c.state = gone.state;
  END IF;
  RETURN NULL;
END $$;

COMMIT;
