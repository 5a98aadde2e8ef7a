BEGIN;

-- CreateTable
CREATE TABLE "rollout_count" (
    "rollout_id" UUID NOT NULL,
    "wave" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "rollout_count_pkey" PRIMARY KEY ("rollout_id","wave","state")
);

-- AddForeignKey
ALTER TABLE "rollout_count" ADD CONSTRAINT "rollout_count_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "rollout_count" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rollout_count" FORCE ROW LEVEL SECURITY;
CREATE POLICY "rollout_count_system" ON "rollout_count" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "rollout_count_tenant" ON "rollout_count" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout_count" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "rollout_count" TO bootfleet_system;

-- A few rows, written in place at every turn.
ALTER TABLE "rollout_count" SET (fillfactor = 50);

-- The counters follow every statement that writes targets, whoever wrote it: nobody can forget them. One set-based
-- statement for each of those, in the order of keys. Who moves a target holds the lock of its rollout, so nobody waits
-- here for anybody; a statement that moves none (a report makes its target due) changes and locks no counter.
CREATE FUNCTION "count_targets"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO rollout_count AS c (rollout_id, wave, state, organization_id, count)
    SELECT rollout_id, coalesce(wave, -1), state, organization_id, count(*) FROM written
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
    ON CONFLICT (rollout_id, wave, state) DO UPDATE SET count = c.count + excluded.count;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO rollout_count AS c (rollout_id, wave, state, organization_id, count)
    SELECT rollout_id, coalesce(wave, -1), state, organization_id, sum(by) FROM (
      SELECT rollout_id, wave, state, organization_id, 1 AS by FROM written
      UNION ALL SELECT rollout_id, wave, state, organization_id, -1 FROM before) AS moved
    GROUP BY 1, 2, 3, 4 HAVING sum(by) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (rollout_id, wave, state) DO UPDATE SET count = c.count + excluded.count;
  ELSE
    -- With its rollout the counters may be gone already.
    UPDATE rollout_count c SET count = c.count - gone.count FROM (
      SELECT rollout_id, coalesce(wave, -1) AS wave, state, count(*) AS count FROM before GROUP BY 1, 2, 3) AS gone
    WHERE c.rollout_id = gone.rollout_id AND c.wave = gone.wave AND c.state = gone.state;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "rollout_target_inserted" AFTER INSERT ON "rollout_target"
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION count_targets();
CREATE TRIGGER "rollout_target_updated" AFTER UPDATE ON "rollout_target"
  REFERENCING OLD TABLE AS before NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION count_targets();
CREATE TRIGGER "rollout_target_deleted" AFTER DELETE ON "rollout_target"
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION count_targets();

-- The triggers hold writers back until the end of this transaction, so nothing is missed and nothing counted twice.
INSERT INTO "rollout_count" ("rollout_id", "wave", "state", "organization_id", "count")
SELECT "rollout_id", coalesce("wave", -1), "state", "organization_id", count(*) FROM "rollout_target" GROUP BY 1, 2, 3, 4;

COMMIT;
