import type { Tx } from '@bootfleet/db'
import { eligibilitySql, type Selection } from './eligibility.ts'

/**
 * Compressed bytes that all eligible devices together would pull: layers of the release that the release they run does
 * not have. Devices on an unknown image count in full. One row per pair of images, not per device.
 */
export async function bytesToPull(tx: Tx, selection: Selection): Promise<number | null> {
  const rows = await tx.$queryRaw<{ bytes: number | null }[]>`
    WITH pairs AS (
      SELECT digest, from_digest, count(*) AS devices FROM (${eligibilitySql(selection)}) AS e
      WHERE skip IS NULL GROUP BY digest, from_digest)
    SELECT sum(pairs.devices * missing.bytes)::float8 AS bytes
    FROM pairs JOIN release_manifest m ON m.release_id = ${selection.releaseId}::uuid AND m.manifest_digest = pairs.digest
    CROSS JOIN LATERAL (
      SELECT coalesce(sum((layer ->> 'sizeBytes')::bigint), 0) AS bytes FROM jsonb_array_elements(m.layers) AS layer
      WHERE NOT EXISTS (
        SELECT 1 FROM release_manifest f CROSS JOIN LATERAL jsonb_array_elements(f.layers) AS present
        WHERE f.manifest_digest = pairs.from_digest AND present ->> 'digest' = layer ->> 'digest')) AS missing`
  return rows[0]?.bytes ?? null
}
