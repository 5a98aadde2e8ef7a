import {
  earlyStates,
  leaveOneByOne,
  type Hop,
  type RolloutState,
  type RolloutView,
  type TargetChange,
  type TargetView,
} from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { applyDecision } from './apply-decision.ts'
import { isMarked } from './read-graph.ts'
import { findRoutes, routeFor, type RouteRow, type StoredHop } from './routes.ts'
import type { InstructionContext } from './write-instructions.ts'

const states: readonly RolloutState[] = ['running', 'pausing', 'paused', 'completed']

interface Rerouted {
  readonly target: TargetView
  readonly row: RouteRow
}

/**
 * Gives those of the view's targets that have no grant the way that the update graph has for them now: its marks, or what
 * the device runs, may be others than when the targets were frozen. Returns whether there were any; the view is outdated
 * then.
 */
export async function reroute(tx: Tx, ctx: InstructionContext, view: RolloutView): Promise<boolean> {
  const { rollout, now } = ctx
  const early = view.targets.filter(({ state }) => (earlyStates as readonly string[]).includes(state))
  if (early.length === 0 || !states.includes(rollout.state)) return false
  const mayDiffer = early.some(({ route }) => route) || (await isMarked(tx, rollout.channelId))
  if (!mayDiffer) return false
  const found = await findRerouted(tx, rollout, early)
  if (found.length === 0) return false
  await writeRoutes(tx, rollout.id, found)
  const leave = leaveOneByOne(view)
  const changes = found.map((one) => changeOf(one, { leave, now: now.getTime() }))
  await applyDecision(tx, ctx, {
    view,
    decision: { targets: changes, waves: [], because: rollout.because, wakeAt: now.getTime() },
  })
  return true
}

async function findRerouted(
  tx: Tx,
  to: InstructionContext['rollout'],
  early: readonly TargetView[],
): Promise<Rerouted[]> {
  const routes = await findRoutes(tx, to)
  const ids = early.map(({ deviceId }) => deviceId)
  const devices = await tx.device.findMany({ where: { id: { in: ids } }, select: { id: true, architecture: true } })
  const architectures = new Map(devices.map(({ id, architecture }) => [id, architecture]))
  return early.flatMap((target) => {
    const digest = target.device.report?.bootedDigest ?? null
    if (!isAtStart(target, digest)) return []
    const row = routeFor(routes, { architecture: architectures.get(target.deviceId) ?? '', digest })
    return row && differs(target, row) ? [{ target, row }] : []
  })
}

// Who runs anything else than what its next hop starts from is judged by that: it fell back, or is further already.
function isAtStart({ route, accept, device }: TargetView, digest: string | null): boolean {
  if (device.removed || (device.report !== null && digest === null)) return false
  if (digest === null) return true
  const ahead = route ? route.hops.slice(route.at).flatMap((hop) => hop.accept) : accept
  if (ahead.includes(digest)) return false
  return !route || route.at === 0 || (route.hops[route.at - 1]?.accept.includes(digest) ?? false)
}

function remaining({ route }: TargetView): readonly Hop[] {
  return route ? route.hops.slice(route.at, -1) : []
}

function differs(target: TargetView, { hops, skip }: RouteRow): boolean {
  const key = (release: string, digest: string | undefined) => `${release} ${digest ?? ''}`
  const has = remaining(target).map(({ release, accept }) => key(release, accept[0]))
  const wants = (hops ?? []).map(({ release, digest }) => key(release, digest))
  return skip !== null || has.join() !== wants.join()
}

// Hops that are done stay in the list, so that the numbers of the others do not jump.
async function writeRoutes(tx: Tx, rolloutId: string, found: readonly Rerouted[]): Promise<void> {
  const routed = found.filter(({ row }) => row.skip === null)
  if (routed.length === 0) return
  const hops = routed.map(({ target, row }) => JSON.stringify([...done(target), ...(row.hops ?? [])]))
  await tx.$executeRaw`
    UPDATE rollout_target t SET hops = nullif(n.hops::jsonb, '[]'::jsonb)
    FROM UNNEST(${routed.map(({ target }) => target.deviceId)}::uuid[], ${hops}::text[]) AS n(device_id, hops)
    WHERE t.device_id = n.device_id AND t.rollout_id IS NOT DISTINCT FROM ${rolloutId}::uuid`
}

function done({ route }: TargetView): StoredHop[] {
  if (!route) return []
  return route.hops.slice(0, route.at).map(({ release, name, barrier, accept }) => {
    const [digest = '', indexDigest = null] = accept
    return { release, name, barrier, digest, indexDigest }
  })
}

function changeOf(
  { target, row }: Rerouted,
  { leave, now }: { leave: (target: TargetView) => number | null; now: number },
): TargetChange {
  const { deviceId, state } = target
  const told = state === 'pending' ? {} : ({ instruct: { kind: 'none' } } as const)
  if (row.blocked) {
    const skipped = {
      to: 'skipped',
      reason: row.skip ?? '',
      because: row.blocked,
      wave: leave(target),
      event: 'target.skipped',
    } as const
    return { deviceId, from: state, ...told, ...skipped, dueAt: null }
  }
  const names = (row.hops ?? []).map(({ name }) => name)
  const message =
    names.length > 0 ? `The device goes through ${names.join(', ')} first.` : 'The device takes the release directly.'
  const because = { code: 'target.rerouted', message: `The update graph has another way for it now. ${message}` }
  const sameImage = remaining(target)[0]?.release === row.hops?.[0]?.release
  const change = sameImage ? { to: state } : { to: 'pending' as const, ...told }
  return { deviceId, from: state, ...change, because, dueAt: now, event: 'target.rerouted' }
}
