import type { FleetSummary } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readKnownReleases } from '../device/known-releases.ts'
import { presentFreeze } from '../freeze/present-freeze.ts'

interface Counts {
  readonly total: number
  readonly online: number
  readonly offline: number
  readonly healthy: number
  readonly unhealthy: number
  readonly silent: number
  readonly reported: number
  readonly quarantined: number
  readonly serverBehind: number
}

/** Counts over the devices that are not removed. */
export async function getFleetSummary(ctx: Ctx): Promise<FleetSummary> {
  authorize(ctx, 'fleet:read')
  const { organizationId } = ctx
  return inOrganization(ctx, async (tx) => {
    const counts = await countDevices(tx, organizationId)
    const { total, online, offline, healthy, unhealthy, silent, reported, quarantined, serverBehind } = counts
    const organization = await tx.organization.findUniqueOrThrow({ where: { id: organizationId } })
    const frozen = { organizationId, frozenAt: { not: null } }
    const rollouts = (states: string[]) => tx.rollout.count({ where: { organizationId, state: { in: states } } })
    return {
      devices: { total, online, offline, neverSeen: total - online - offline },
      health: { healthy, unhealthy, other: reported - healthy - unhealthy - silent, silent },
      booted: await countBooted(tx, organizationId),
      quarantinedDevices: quarantined,
      driftedDevices: await countDrifted(tx, organizationId),
      serverBehindDevices: serverBehind,
      pendingEnrollments: await tx.enrollment.count({ where: { organizationId, state: 'pending' } }),
      rollouts: {
        active: await rollouts(['running', 'pausing', 'aborting', 'rolling_back']),
        paused: await rollouts(['paused']),
      },
      freeze: presentFreeze(organization),
      frozenGroups: await tx.deviceGroup.findMany({ where: frozen, select: { id: true, name: true }, take: 200 }),
    }
  })
}

async function countDevices(tx: Tx, organizationId: string): Promise<Counts> {
  const rows = await tx.$queryRaw<Counts[]>`
    SELECT count(*)::int AS total,
           count(*) FILTER (WHERE p.online)::int AS online,
           count(*) FILTER (WHERE p.online IS FALSE)::int AS offline,
           count(s.device_id)::int AS reported,
           count(*) FILTER (WHERE s.health = 'healthy' AND p.online IS NOT FALSE)::int AS healthy,
           count(*) FILTER (WHERE s.health = 'healthy' AND p.online IS FALSE)::int AS silent,
           count(*) FILTER (WHERE s.health = 'unhealthy')::int AS unhealthy,
           count(*) FILTER (WHERE EXISTS (
             SELECT 1 FROM device_quarantine q WHERE q.device_id = d.id AND q.lifted_at IS NULL))::int AS quarantined,
           count(*) FILTER (WHERE x.held_since IS NOT NULL)::int AS "serverBehind"
    FROM device d
    LEFT JOIN device_presence p ON p.device_id = d.id
    LEFT JOIN device_state s ON s.device_id = d.id
    LEFT JOIN device_desired x ON x.device_id = d.id
    WHERE d.organization_id = ${organizationId}::uuid AND d.removed_at IS NULL`
  const [counts] = rows
  if (counts === undefined) throw new Error('A count gave no row.')
  return counts
}

// The condition on the document is word for word that of the partial index.
async function countDrifted(tx: Tx, organizationId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ devices: number }[]>`
    SELECT count(*)::int AS devices
    FROM device_document i JOIN device d ON d.id = i.device_id AND d.removed_at IS NULL
    WHERE i.organization_id = ${organizationId}::uuid AND i.kind = 'drift' AND i.document @@ '$.count > 0'`
  return rows[0]?.devices ?? 0
}

async function countBooted(tx: Tx, organizationId: string): Promise<FleetSummary['booted']> {
  const rows = await tx.$queryRaw<{ digest: string; devices: number }[]>`
    SELECT s.booted_digest AS digest, count(*)::int AS devices
    FROM device_state s JOIN device d ON d.id = s.device_id AND d.removed_at IS NULL
    WHERE s.organization_id = ${organizationId}::uuid AND s.booted_digest IS NOT NULL
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50`
  const digests = rows.map(({ digest }) => digest)
  const findRelease = await readKnownReleases(tx, organizationId, digests)
  return rows.map(({ digest, devices }) => ({ digest, devices, release: findRelease(digest) }))
}
