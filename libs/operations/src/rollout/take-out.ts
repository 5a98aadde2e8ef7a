import {
  leaveOneByOne,
  type RolloutState,
  type RolloutView,
  type TargetChange,
  type TargetState,
  type TargetView,
} from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { selectorSql } from '../device/selector-sql.ts'
import { applyDecision } from './apply-decision.ts'
import { skipReason } from './eligibility.ts'
import { laterReasons, laterSql } from './convergence.ts'
import { excludedSql, excludesOf } from './exclude-sql.ts'
import { holdsSql, readInBetween } from './in-between.ts'
import type { RolloutRow } from './lock-rollout.ts'
import type { InstructionContext } from './write-instructions.ts'

/** Until its grant a target can be taken out; then it is followed to its end. */
const early: readonly TargetState[] = ['pending', 'offered', 'downloading', 'staged']
const states: readonly RolloutState[] = ['running', 'pausing', 'paused', 'completed']

interface Misfit {
  readonly deviceId: string
  readonly reason: string | null
  readonly digest: string
}

/**
 * Takes those out of the view's targets that are the rollout's no more: moved to another group, relabelled, held, or
 * enrolled again as another architecture that the release is not for. One that it is for starts anew, with its own image.
 * Returns whether there were any; the view is outdated then.
 */
export async function takeOut(tx: Tx, ctx: InstructionContext, view: RolloutView): Promise<boolean> {
  const { rollout, now } = ctx
  const targets = new Map(view.targets.filter(({ state }) => early.includes(state)).map((one) => [one.deviceId, one]))
  if (targets.size === 0 || !states.includes(rollout.state)) return false
  const misfits = await findMisfits(tx, rollout, [...targets.values()])
  if (misfits.length === 0) return false
  await replaceDigests(tx, rollout.id, misfits)
  const leave = leaveOneByOne(view)
  const changes = misfits.flatMap((misfit) => {
    const target = targets.get(misfit.deviceId)
    return target ? [changeOf(target, misfit, leave)] : []
  })
  const decision = { targets: changes, waves: [], because: rollout.because, wakeAt: now.getTime() }
  await applyDecision(tx, ctx, { view, decision })
  return true
}

// By device, not by target: a list of targets that was just written has no statistics yet, and a plan that starts from
// the group or the rollout then reads all of them for each device.
async function findMisfits(tx: Tx, rollout: RolloutRow, targets: readonly TargetView[]): Promise<Misfit[]> {
  const inBetween = rollout.selector === null ? [] : await readInBetween(tx, { rolloutId: rollout.id })
  const { channelId, releaseId, selector } = rollout
  const matches =
    selector === null ? Prisma.sql`true` : Prisma.sql`(${selectorSql(selector)} OR ${holdsSql(inBetween)})`
  const deviceIds = targets.map(({ deviceId }) => deviceId)
  return tx.$queryRaw<Misfit[]>`
    WITH known AS MATERIALIZED (
      SELECT d.id, d.group_id, d.architecture, d.pinned_release_id, ${matches} AS matches,
        ${excludedSql(excludesOf(rollout))} AS excluded,
        ${rollout.state === 'completed' ? laterSql(rollout.id, Prisma.sql`d.id`) : Prisma.sql`NULL`} AS later
      FROM device d WHERE d.id = ANY(${deviceIds}::uuid[]) AND d.removed_at IS NULL),
    held AS MATERIALIZED (
      SELECT device_id FROM device_desired WHERE device_id = ANY(${deviceIds}::uuid[]) AND held_since IS NOT NULL)
    SELECT * FROM (
      SELECT known.id::text AS "deviceId", m.manifest_digest AS digest, n.digest AS planned,
        CASE WHEN known.group_id <> n.group_id THEN 'moved'
          WHEN g.channel_id IS DISTINCT FROM ${channelId}::uuid THEN 'other_channel'
          WHEN known.excluded THEN 'excluded'
          WHEN NOT known.matches THEN 'relabelled'
          WHEN known.later = 'gave' THEN 'taken_over'
          WHEN known.later = 'gives' THEN 'superseded'
          WHEN m.manifest_digest IS NULL THEN 'no_manifest'
          WHEN known.id IN (SELECT device_id FROM held) THEN 'server_behind'
          WHEN known.pinned_release_id <> ${releaseId}::uuid THEN 'pinned' END AS reason
      FROM known
      JOIN UNNEST(${deviceIds}::uuid[], ${targets.map(({ groupId }) => groupId)}::uuid[],
        ${targets.map(endDigest)}::text[]) AS n(device_id, group_id, digest) ON n.device_id = known.id
      JOIN device_group g ON g.id = known.group_id
      LEFT JOIN release_manifest m ON m.release_id = ${releaseId}::uuid AND m.architecture = known.architecture) AS checked
    WHERE reason IS NOT NULL OR digest <> planned`
}

function endDigest({ route, accept }: TargetView): string {
  return (route?.hops.at(-1)?.accept ?? accept)[0] ?? ''
}

async function replaceDigests(tx: Tx, rolloutId: string, misfits: readonly Misfit[]): Promise<void> {
  const others = misfits.filter(({ reason }) => reason === null)
  if (others.length === 0) return
  await tx.$executeRaw`
    UPDATE rollout_target t SET digest = n.digest
    FROM UNNEST(${others.map(({ deviceId }) => deviceId)}::uuid[], ${others.map(({ digest }) => digest)}::text[])
      AS n(device_id, digest)
    WHERE t.device_id = n.device_id AND t.rollout_id IS NOT DISTINCT FROM ${rolloutId}::uuid`
}

function changeOf(target: TargetView, { reason }: Misfit, leave: (target: TargetView) => number | null): TargetChange {
  const { deviceId, state } = target
  const told = state === 'pending' ? {} : ({ instruct: { kind: 'none' } } as const)
  const common = { deviceId, from: state, ...told }
  if (reason === null) {
    const message = 'The device was enrolled again as another architecture; it starts anew with the image for that.'
    const because = { code: 'target.architecture_changed', message }
    return { ...common, to: 'pending', because, dueAt: null, event: 'target.architecture_changed' }
  }
  const because = sentences[reason] ? { code: `target.${reason}`, message: sentences[reason] } : skipReason(reason)
  return { ...common, to: 'skipped', reason, because, wave: leave(target), dueAt: null, event: 'target.skipped' }
}

const sentences: Record<string, string> = {
  moved: 'The device was moved to another group while the rollout ran.',
  other_channel: "The device's group follows another channel now.",
  taken_over: laterReasons.gave.because.message,
  superseded: laterReasons.gives.because.message,
  relabelled: "The device's labels do not match the selector of the rollout, and it holds no release in between.",
}
