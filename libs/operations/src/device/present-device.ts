import { z } from 'zod'
import {
  ReportedImage,
  RolloutState,
  StagedImage,
  TargetState,
  type Device,
  type DeviceImage,
} from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { DeviceRow } from './device-row.ts'
import { readKnownReleases, type FindRelease } from './known-releases.ts'

const Report = z
  .object({
    booted: ReportedImage.nullish().catch(null),
    staged: StagedImage.nullish().catch(null),
    rollback: ReportedImage.nullish().catch(null),
  })
  .catch({ booted: null, staged: null, rollback: null })

/** Device rows as the API serves them, with the releases of their images. */
export async function presentDevices(tx: Tx, organizationId: string, rows: readonly DeviceRow[]): Promise<Device[]> {
  const reports = rows.map((row) => ({ row, report: Report.parse(row.report ?? {}) }))
  const digests = reports.flatMap(({ report: { booted, staged, rollback } }) =>
    [booted, staged, rollback].flatMap((image) => image?.digest ?? []),
  )
  const findRelease = await readKnownReleases(tx, organizationId, digests)
  return reports.map(({ row, report }) => ({ ...presentIdentity(row), ...presentReport(row, report, findRelease) }))
}

function presentIdentity(row: DeviceRow) {
  const { id, name, architecture, labels } = row
  return {
    id,
    name,
    hardwareId: row.hardware_id,
    group: { id: row.group_id, name: row.group_name },
    channel:
      row.channel_id !== null && row.channel_name !== null ? { id: row.channel_id, name: row.channel_name } : null,
    labels,
    architecture,
    state: row.online === null ? ('never_seen' as const) : row.online ? ('online' as const) : ('offline' as const),
    online: row.online === true,
    lastSeenAt: row.last_seen_at?.toISOString() ?? null,
    agent: row.agent,
    capabilities: row.capabilities ?? [],
    quarantined: row.quarantined,
    drift: row.drift,
    pinnedReleaseId: row.pinned_release_id,
    enrolledAt: row.enrolled_at.toISOString(),
    progress: row.progress,
    certificateExpiresAt: row.certificate_expires_at?.toISOString() ?? null,
  }
}

function presentReport(row: DeviceRow, report: z.output<typeof Report>, findRelease: FindRelease) {
  const image = (reported: ReportedImage | null | undefined): DeviceImage | null => {
    if (reported?.digest === undefined) return null
    const { digest, ref = null, version = null } = reported
    return { digest, ref, version, release: findRelease(digest, row.channel_id) }
  }
  const staged = image(report.staged)
  return {
    booted: image(report.booted),
    staged: staged && { ...staged, locked: row.staged_locked === true },
    rollback: image(report.rollback),
    phase: row.phase,
    health: row.health,
    desired: row.gen === null ? null : presentDesired(row, row.gen),
    activeRollout: row.rollout && {
      id: row.rollout.id,
      state: RolloutState.parse(row.rollout.state),
      targetState: TargetState.parse(row.rollout.targetState),
    },
  }
}

function presentDesired(row: DeviceRow, gen: bigint): NonNullable<Device['desired']> {
  return {
    gen: Number(gen),
    acceptedGen: Number(row.accepted_gen ?? 0n),
    digest: row.desired_ref?.split('@')[1] ?? null,
    heldSince: row.held_since?.toISOString() ?? null,
  }
}
