import type { Tx } from '@bootfleet/db'
import type { TargetRowChange } from './fold-changes.ts'

/** Writes how far targets have come on their routes; most have none. */
export async function writeHops(tx: Tx, rolloutId: string, rows: readonly TargetRowChange[]): Promise<void> {
  const moved = rows.flatMap(({ deviceId, hop }) => (hop ? [{ deviceId, ...hop }] : []))
  if (moved.length === 0) return
  await tx.$executeRaw`
    UPDATE rollout_target t SET hop = n.hop, hop_boot_key = n.boot_key
    FROM UNNEST(${moved.map(({ deviceId }) => deviceId)}::uuid[], ${moved.map(({ at }) => at)}::int[],
      ${moved.map(({ bootKey }) => bootKey)}::text[]) AS n(device_id, hop, boot_key)
    WHERE t.device_id = n.device_id AND t.rollout_id IS NOT DISTINCT FROM ${rolloutId}::uuid`
}
