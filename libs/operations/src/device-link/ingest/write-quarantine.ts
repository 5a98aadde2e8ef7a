import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'

interface Found {
  readonly deviceId: string
  readonly organizationId: string
  readonly digest: string
}

/**
 * Keeps the digests that devices rolled back from. Only what the report before did not name counts as found now, so that
 * a digest that an operator lifted is not quarantined again by a report from before the device knew of it.
 */
export async function writeQuarantine(tx: Tx, states: readonly Admitted<'up/state'>[], now: Date): Promise<void> {
  const found = states.flatMap(({ facts, body }): Found[] =>
    [...new Set(body.quarantined)]
      .filter((digest) => !facts.quarantined.includes(digest))
      .map((digest) => ({ deviceId: facts.deviceId, organizationId: facts.organizationId, digest })),
  )
  if (found.length === 0) return
  const rows = await tx.$queryRaw<Found[]>`
    INSERT INTO device_quarantine AS q (device_id, digest, organization_id, reason, at)
    SELECT n.device_id, n.digest, n.organization_id, 'rolled_back', ${now}
    FROM UNNEST(${found.map(({ deviceId }) => deviceId)}::uuid[], ${found.map(({ digest }) => digest)}::text[],
                ${found.map(({ organizationId }) => organizationId)}::uuid[]) AS n(device_id, digest, organization_id)
    ORDER BY n.device_id, n.digest
    ON CONFLICT (device_id, digest) DO UPDATE SET at = EXCLUDED.at, lifted_at = NULL WHERE q.lifted_at IS NOT NULL
    RETURNING q.device_id::text AS "deviceId", q.organization_id::text AS "organizationId", q.digest`
  await tx.deviceEvent.createMany({
    data: rows.map(({ deviceId, organizationId, digest }) => ({
      organizationId,
      deviceId,
      at: now,
      kind: 'quarantined',
      because: {
        code: 'quarantined',
        digest,
        message: 'The device rolled back from this image and will not take it again.',
      },
    })),
  })
}
