BEGIN;

-- DropIndex
DROP INDEX "rollout_target_rollout_id_wave_state_idx";

-- CreateIndex
CREATE INDEX "rollout_target_rollout_id_state_position_idx" ON "rollout_target"("rollout_id", "state", "position");

-- CreateIndex
CREATE INDEX "device_organization_id_id_idx" ON "device"("organization_id", "id");

-- CreateIndex
CREATE INDEX "device_group_channel_id_idx" ON "device_group"("channel_id");

-- CreateIndex
CREATE INDEX "rollout_ended_at_idx" ON "rollout"("ended_at");

-- Members of waves that wait for their offer or their grant, group by group in the planned order.
CREATE INDEX "rollout_target_waiting" ON "rollout_target" ("rollout_id", "group_id", "state", "position")
  WHERE "wave" IS NOT NULL AND "state" IN ('pending', 'offered', 'staged');
-- Who pulls the image now, over all rollouts of a group.
CREATE INDEX "rollout_target_pulling" ON "rollout_target" ("group_id") INCLUDE ("rollout_id") WHERE "state" IN ('offered', 'downloading');

-- CreateTable
CREATE TABLE "device_group_count" (
    "group_id" UUID NOT NULL,
    "shard" INTEGER NOT NULL,
    "organization_id" UUID NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "device_group_count_pkey" PRIMARY KEY ("group_id","shard")
);

-- AddForeignKey
ALTER TABLE "device_group_count" ADD CONSTRAINT "device_group_count_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "device_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "device_group_count" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "device_group_count" FORCE ROW LEVEL SECURITY;
CREATE POLICY "device_group_count_system" ON "device_group_count" TO bootfleet_system USING (true) WITH CHECK (true);
CREATE POLICY "device_group_count_tenant" ON "device_group_count" TO bootfleet_tenant
  USING ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid))
  WITH CHECK ("organization_id" = (SELECT current_setting('bootfleet.organization')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_group_count" TO bootfleet_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON "device_group_count" TO bootfleet_system;
ALTER TABLE "device_group_count" SET (fillfactor = 50);

-- Devices of a group that were not removed: a budget in percent is one of them. Machines enroll at the same time, so each
-- group has eight counters, of which a connection takes one; a single one may be negative, their sum is exact.
CREATE FUNCTION "count_devices"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO device_group_count AS c (group_id, shard, organization_id, count)
    SELECT group_id, pg_backend_pid() % 8, organization_id, count(*) FROM written WHERE removed_at IS NULL
    GROUP BY 1, 2, 3 ORDER BY 1
    ON CONFLICT (group_id, shard) DO UPDATE SET count = c.count + excluded.count;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO device_group_count AS c (group_id, shard, organization_id, count)
    SELECT group_id, pg_backend_pid() % 8, organization_id, sum(by) FROM (
      SELECT group_id, organization_id, 1 AS by FROM written WHERE removed_at IS NULL
      UNION ALL SELECT group_id, organization_id, -1 FROM before WHERE removed_at IS NULL) AS moved
    GROUP BY 1, 2, 3 HAVING sum(by) <> 0 ORDER BY 1
    ON CONFLICT (group_id, shard) DO UPDATE SET count = c.count + excluded.count;
  ELSE
    INSERT INTO device_group_count AS c (group_id, shard, organization_id, count)
    SELECT group_id, pg_backend_pid() % 8, organization_id, -count(*) FROM before WHERE removed_at IS NULL
    GROUP BY 1, 2, 3 ORDER BY 1
    ON CONFLICT (group_id, shard) DO UPDATE SET count = c.count + excluded.count;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "device_inserted" AFTER INSERT ON "device"
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION count_devices();
CREATE TRIGGER "device_updated" AFTER UPDATE ON "device"
  REFERENCING OLD TABLE AS before NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION count_devices();
CREATE TRIGGER "device_deleted" AFTER DELETE ON "device"
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION count_devices();

-- The triggers hold writers back until the end of this transaction.
INSERT INTO "device_group_count" ("group_id", "shard", "organization_id", "count")
SELECT "group_id", 0, "organization_id", count(*) FROM "device" WHERE "removed_at" IS NULL GROUP BY 1, 2, 3;

COMMIT;
