import {
  busyStates,
  decide,
  earlyStates,
  selectorPools,
  type Decision,
  type RolloutState,
  type RolloutView,
} from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { inOrganization, systemCtx, type Ctx } from '../context.ts'
import { loadPublicSigningKeys } from '../installation/installation-keys.ts'
import type { PublicKeys } from '../desired/build-desired.ts'
import { emit } from '../outbox.ts'
import type { Services } from '../services.ts'
import { applyDecision } from './apply-decision.ts'
import { readInBetween } from './in-between.ts'
import { excludesOf } from './exclude-sql.ts'
import { loadView } from './load-view.ts'
import { lockRollout, type RolloutRow } from './lock-rollout.ts'
import { nextLook } from './next-look.ts'
import { noteJoiners } from './note-joiners.ts'
import { isObservationOver } from './observed.ts'
import { leaveToNewer } from './leave-to-newer.ts'
import { beginRollback } from './begin-rollback.ts'
import { planRollback } from './plan-rollback.ts'
import { planTargets } from './plan-targets.ts'
import { reopenReturned } from './reopen-returned.ts'
import { reroute } from './reroute.ts'
import { readRoutes } from './routes.ts'
import { beginRunning } from './start-rollout.ts'
import { lockToStart } from './supersede-rollouts.ts'
import { countTargets } from './target-counts.ts'
import { takeOut } from './take-out.ts'
import { wakeRollout } from './wake-rollout.ts'
import type { InstructionContext } from './write-instructions.ts'

const idle: readonly RolloutState[] = ['draft', 'awaiting_approval', 'aborted', 'rolled_back']

/**
 * One turn of a rollout, the only writer of its progress: locks the row, loads the view, decides, applies, commits.
 * Returns whether another turn is wanted at once, or else when the next is. Doing it twice, or late, is harmless.
 */
export async function advanceRollout(
  services: Services,
  { rolloutId }: { rolloutId: string },
): Promise<{ more: boolean; wakeAt: Date | null }> {
  const found = await services.db.transaction('system', (tx) =>
    tx.rollout.findUnique({ where: { id: rolloutId }, select: { organizationId: true } }),
  )
  if (!found) return { more: false, wakeAt: null }
  const keys = await loadPublicSigningKeys(services)
  const ctx = systemCtx(services, found.organizationId)
  return inOrganization(ctx, async (tx) => {
    const { more } = await turn(tx, ctx, { rolloutId, keys })
    return { more, wakeAt: more ? null : await nextLook(tx, rolloutId) }
  })
}

async function turn(
  tx: Tx,
  ctx: Ctx,
  { rolloutId, keys }: { rolloutId: string; keys: PublicKeys },
): Promise<{ more: boolean }> {
  const rollout = await lockForTurn(tx, rolloutId)
  if (!rollout) return { more: false }
  const now = ctx.services.now()
  if (idle.includes(rollout.state) || (isObservationOver(rollout, now) && !(await isUnderWay(tx, rollout))))
    return rest(tx, rollout)
  if (rollout.state === 'scheduled') return { more: await startWhenDue(tx, ctx, rollout) }
  if (rollout.plannedAt === null && rollout.state !== 'superseded') return { more: await plan(tx, ctx, rollout) }
  if (await noteJoiners(tx, ctx, rollout)) return { more: true }
  const view = await loadView(tx, ctx, rollout)
  if (await takeOutOrReroute(tx, { rollout, now, keys }, view)) return { more: true }
  const decision = decide(view, now.getTime())
  await applyDecision(tx, { rollout, now, keys }, { view, decision })
  if (decision.rollout) await afterMove(tx, ctx, { rollout, ...decision.rollout })
  return { more: decision.wakeAt !== null && decision.wakeAt <= now.getTime() }
}

async function takeOutOrReroute(tx: Tx, ctx: InstructionContext, view: RolloutView): Promise<boolean> {
  if (await reopenReturned(tx, ctx, view)) return true
  if (ctx.rollout.kind === 'rollback') return leaveToNewer(tx, ctx, view)
  return (await takeOut(tx, ctx, view)) || (await reroute(tx, ctx, view))
}

// A roll-back's end is its parent's: the older one is locked first.
async function lockForTurn(tx: Tx, id: string): Promise<RolloutRow | undefined> {
  const found = await tx.rollout.findUnique({ where: { id }, select: { state: true, parentId: true } })
  if (found?.state === 'scheduled') return lockToStart(tx, id)
  if (found?.parentId) await lockRollout(tx, found.parentId)
  return lockRollout(tx, id)
}

interface Moved extends NonNullable<Decision['rollout']> {
  readonly rollout: RolloutRow
}

// A rollout that a gate sends back gets its roll-back, and one that is a roll-back tells its parent how it is.
async function afterMove(tx: Tx, ctx: Ctx, { rollout, to, because }: Moved): Promise<void> {
  if (to === 'rolling_back') await beginRollback(tx, ctx, { rollout, because })
  if (rollout.parentId !== null) await wakeRollout(tx, ctx, rollout.parentId)
  if (to === 'aborted' || to === 'rolled_back') await hintHeldUp(tx, ctx, rollout.channelId)
}

// What a newer rollout held up goes on. A hint only: a report of each device tells as well.
async function hintHeldUp(tx: Tx, ctx: Ctx, channelId: string): Promise<void> {
  const found = await tx.$queryRaw<{ id: string }[]>`
    SELECT c.current_rollout_id::text AS id FROM channel c WHERE c.id = ${channelId}::uuid AND c.current_rollout_id IS NOT NULL
    UNION SELECT r.id::text FROM rollout r WHERE r.channel_id = ${channelId}::uuid AND r.kind = 'rollback' AND r.state = 'completed'
      AND EXISTS (SELECT 1 FROM rollout_target t WHERE t.rollout_id = r.id AND t.state = 'skipped' AND t.reason = 'superseded')`
  const due = found.map(({ id }) => ({ kind: 'rollout.due', rolloutId: id }) as const)
  if (due.length > 0) await emit(tx, ctx.organizationId, due)
}

// A device that came back just before the end of the observation is followed to its own end all the same.
// So is one that converges or goes back, however late.
async function isUnderWay(tx: Tx, rollout: RolloutRow): Promise<boolean> {
  if (rollout.state === 'completed' && (rollout.current || rollout.kind === 'rollback')) return true
  return (await countTargets(tx, rollout.id, [...earlyStates, ...busyStates])) > 0
}

// Nothing will ever be due here by itself; take it off the sweep's list.
async function rest(tx: Tx, { id, wakeAt }: RolloutRow): Promise<{ more: boolean }> {
  if (wakeAt !== null) await tx.rollout.update({ where: { id }, data: { wakeAt: null } })
  return { more: false }
}

async function startWhenDue(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<boolean> {
  // Without a time it was approved to start at once.
  const { id, startAt } = rollout
  if (startAt !== null && startAt > ctx.services.now()) {
    await tx.rollout.update({ where: { id }, data: { wakeAt: startAt } })
    return false
  }
  return beginRunning(tx, ctx, rollout)
}

async function plan(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<boolean> {
  if (rollout.kind === 'rollback') return planBack(tx, ctx, rollout)
  const { channelId, releaseId, selector, organizationId, planCursor, policy } = rollout
  const selection = {
    channelId,
    releaseId,
    selector,
    excludes: excludesOf(rollout),
    organizationId,
    rolloutId: rollout.id,
    stratifyBy: policy.stratifyBy,
    pools: selectorPools(policy.waves),
    inBetween: await readInBetween(tx, { rolloutId: rollout.id }),
    routes: await readRoutes(tx, rollout),
  }
  await planTargets(tx, { ...selection, planCursor, policy, now: ctx.services.now() })
  return true
}

// It may have been rolled back before its list was complete, and of who is on it some have to go back.
async function planBack(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<boolean> {
  const parent = rollout.parentId === null ? undefined : await lockRollout(tx, rollout.parentId)
  if (parent?.plannedAt === null) return plan(tx, ctx, parent)
  await planRollback(tx, rollout, ctx.services.now())
  return true
}
