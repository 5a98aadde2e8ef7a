import type { StepTimes } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'

/** How long the steps of devices took, and where that is known from. */
export interface KnownTimes {
  readonly times: StepTimes
  readonly source: 'channel' | 'assumed'
  /** Devices that it was measured on. */
  readonly samples: number
}

// Without any history: a wide range around what an ordinary machine takes.
const assumed: StepTimes = { download: [60, 180, 300, 600], reboot: [45, 60, 90, 180], verify: [10, 20, 30, 60] }
const fewest = 3

interface Row {
  samples: number
  download: number[] | null
  reboot: number[] | null
  verify: number[] | null
}

/** Steps of the last rollouts of a channel, as twentieths of their distribution; at most 10,000 events of each are read. */
export async function readStepTimes(tx: Tx, channelId: string): Promise<KnownTimes> {
  const shares = Array.from({ length: 19 }, (_, place) => (place + 1) / 20)
  const [row] = await tx.$queryRaw<Row[]>`
    WITH recent AS (
      SELECT id FROM rollout WHERE channel_id = ${channelId}::uuid AND planned_at IS NOT NULL ORDER BY created_at DESC LIMIT 5),
    seen AS (
      SELECT e.* FROM recent CROSS JOIN LATERAL (
        SELECT rollout_id, device_id, kind, at FROM rollout_event
        WHERE rollout_id = recent.id ORDER BY id DESC LIMIT 10000) AS e
      WHERE e.device_id IS NOT NULL),
    steps AS (
      SELECT max(at) FILTER (WHERE kind = 'target.offered') AS offered, max(at) FILTER (WHERE kind = 'target.staged') AS staged,
        max(at) FILTER (WHERE kind = 'target.granted') AS granted, max(at) FILTER (WHERE kind = 'target.verifying') AS booted,
        max(at) FILTER (WHERE kind = 'target.soaking') AS healthy
      FROM seen GROUP BY rollout_id, device_id),
    whole AS (SELECT * FROM steps WHERE offered <= staged AND staged <= granted AND granted <= booted AND booted <= healthy)
    SELECT count(*)::int AS samples,
      percentile_cont(${shares}::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM staged - offered)::float8) AS download,
      percentile_cont(${shares}::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM booted - granted)::float8) AS reboot,
      percentile_cont(${shares}::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM healthy - booted)::float8) AS verify
    FROM whole`
  if (!row?.download || !row.reboot || !row.verify || row.samples < fewest)
    return { times: assumed, source: 'assumed', samples: 0 }
  const { download, reboot, verify, samples } = row
  return { times: { download, reboot, verify }, source: 'channel', samples }
}
