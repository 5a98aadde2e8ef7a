import { Prisma } from '@bootfleet/db'

/** The newest `(epoch, seq)` that is stored of a device `n.device_id` in its incarnation `n.inc`; no row before the first. */
export const newestPlaceSql = Prisma.sql`
  SELECT o.epoch, o.seq FROM (
    SELECT s.epoch, s.seq FROM device_state s WHERE s.device_id = n.device_id AND s.inc = n.inc
    UNION ALL
    SELECT d.epoch, d.seq FROM device_document d WHERE d.device_id = n.device_id AND d.inc = n.inc) AS o
  ORDER BY o.epoch DESC, o.seq DESC LIMIT 1`
