import { z } from 'zod'
import { AgentError, Because, type Device, type Freeze, type TargetHop } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { presentFreeze } from '../freeze/present-freeze.ts'
import { presentHop } from '../rollout/present-hop.ts'
import { placeOf } from '../rollout/target-place.ts'
import { whyTargetWaits } from '../rollout/why-target-waits.ts'
import { readDevice } from './read-device.ts'

const Report = z.object({ errors: z.array(AgentError) }).catch({ errors: [] })

/** What is known of a device that may keep it from updating. */
export interface ExplainFacts {
  readonly device: Device
  readonly organizationFreeze: Freeze | null
  readonly groupFreeze: Freeze | null
  /** Manifest digests of the channel's current release; null without a current release. */
  readonly current: {
    readonly version: string | null
    readonly digest: string | null
    /** The rollout that brought it has, or had, the device as a target. */
    readonly isTarget: boolean
  } | null
  /** Of the newest rollout that has the device as a target. */
  readonly target: {
    readonly rolloutId: string
    readonly rolloutState: string
    readonly rolloutBecause: Because
    readonly state: string
    readonly because: Because
    readonly hop: TargetHop | null
    readonly active: boolean
    /** What keeps it from its download or its grant now. */
    readonly waits: Because | undefined
    /** Of a roll-back: the rollout that it takes the device back from. */
    readonly parentId: string | null
  } | null
  readonly rejectedCode: string | null
  /** What the device says keeps it from what it was asked to do, as it reported last. */
  readonly errors: readonly AgentError[]
  /** Messages of the device that were refused in the last day, by code; a sample, so these are lower bounds. */
  readonly refused: readonly { readonly code: string; readonly count: number }[]
}

/** Reads what `explainFacts` judges. Throws `not_found`. */
export async function readExplainFacts(tx: Tx, ctx: Ctx, id: string): Promise<ExplainFacts> {
  const device = await readDevice(tx, ctx, id)
  const organization = await tx.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } })
  const group = await tx.deviceGroup.findUniqueOrThrow({ where: { id: device.group.id } })
  const state = await tx.deviceState.findUnique({ where: { deviceId: id }, select: { report: true } })
  const desired = await tx.deviceDesired.findUnique({ where: { deviceId: id }, select: { rejectedCode: true } })
  const target = await tx.rolloutTarget.findFirst({
    where: { deviceId: id, ...(device.activeRollout && { rolloutId: device.activeRollout.id }) },
    orderBy: { rollout: { createdAt: 'desc' } },
    include: { rollout: { include: { release: true } } },
  })
  return {
    device,
    organizationFreeze: presentFreeze(organization),
    groupFreeze: presentFreeze(group),
    current: await readCurrent(tx, device),
    target: target && {
      rolloutId: target.rolloutId,
      rolloutState: target.rollout.state,
      rolloutBecause: Because.parse(target.rollout.because),
      state: target.state,
      because: Because.parse(target.because),
      hop: presentHop(placeOf(target, target.rollout.release)),
      active: device.activeRollout?.id === target.rolloutId,
      waits: await whyTargetWaits(tx, { rollout: target.rollout, deviceId: id, now: ctx.services.now() }),
      parentId: target.rollout.parentId,
    },
    rejectedCode: desired?.rejectedCode ?? null,
    errors: Report.parse(state?.report ?? {}).errors,
    refused: await readRefused(tx, ctx, id),
  }
}

async function readRefused(tx: Tx, ctx: Ctx, deviceId: string): Promise<ExplainFacts['refused']> {
  const since = new Date(ctx.services.now().getTime() - 86_400_000)
  const rows = await tx.ingestReject.groupBy({
    by: ['code'],
    where: { deviceId, at: { gte: since } },
    _count: true,
    orderBy: { code: 'asc' },
  })
  return rows.map(({ code, _count: count }) => ({ code, count }))
}

async function readCurrent(tx: Tx, { id: deviceId, channel, architecture }: Device): Promise<ExplainFacts['current']> {
  if (channel === null) return null
  const { currentReleaseId, currentRolloutId } = await tx.channel.findUniqueOrThrow({ where: { id: channel.id } })
  if (currentReleaseId === null) return null
  const rolloutId = currentRolloutId ?? ''
  const targets = rolloutId === '' ? 0 : await tx.rolloutTarget.count({ where: { rolloutId, deviceId } })
  const release = await tx.release.findUnique({
    where: { id: currentReleaseId },
    select: { version: true, manifests: { where: { architecture }, select: { manifestDigest: true } } },
  })
  if (release === null) return null
  return { version: release.version, digest: release.manifests[0]?.manifestDigest ?? null, isTarget: targets > 0 }
}
