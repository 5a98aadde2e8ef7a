import type { TargetChange } from './decision.ts'
import { hasMoreHops, hopNow } from './hop.ts'
import { attemptOutcome, bootedTarget, move } from './move.ts'
import { failureStates, hasEnded, type TargetState } from './target-lifecycle.ts'
import type { Follow } from './timers.ts'
import type { ReportView, TargetView } from './view.ts'

/**
 * A healthy boot of a stop on the way: the target waits for its next download and its next grant, with all that binds
 * them. Its slot is free, nothing soaks, and nothing has succeeded yet.
 */
export function nextHop(target: TargetView, report: ReportView, ctx: Follow): TargetChange {
  const at = (target.route?.at ?? 0) + 1
  const { hop, number, of } = hopNow(target) ?? { hop: undefined, number: at, of: at }
  const message = `The device booted release ${hop?.name ?? ''} and is healthy: hop ${number} of ${of} is done.`
  const because = { code: 'target.hop_done', message, hop: number, of, release: hop?.name ?? null }
  const fresh = { grant: null, recalled: false, attempts: 0, slot: 'free' } as const
  const next = { at, bootKey: report.bootKey }
  return move(ctx, target, { to: 'pending', because, ...fresh, hop: next, event: 'target.hop_done' })
}

/** A device that runs a later stop of its route, or its end, is judged by that from then on. */
export function catchUp(target: TargetView, ctx: Follow): TargetChange | null {
  const { route, device, state } = target
  const digest = device.report?.bootedDigest
  if (!route || !digest || hasEnded(state) || bootedTarget(target)) return null
  const at = route.hops.findIndex(({ accept }, place) => place > route.at && accept.includes(digest))
  const hop = route.hops[at]
  if (!hop) return null
  const message = `The device runs release ${hop.name}, which is further on its way than hop ${route.at + 1}.`
  const because = { code: 'target.hop_ahead', message, hop: at + 1, of: route.hops.length, release: hop.name }
  const next = { at, bootKey: target.fromBootKey }
  return move(ctx, target, { to: state, because, hop: next, event: 'target.hop_ahead' })
}

/** Between two hops the device must stay on the one that it has booted: falling back is the failure of that hop. */
export function leftHop(target: TargetView, ctx: Follow): TargetChange | null {
  const { route, device, state } = target
  const { report } = device
  const left = route?.hops[route.at - 1]
  if (!route || !left || !report || report.bootedDigest === null || left.accept.includes(report.bootedDigest))
    return null
  const fellBack = attemptOutcome(report, { ...target, accept: left.accept }) === 'rolled_back'
  const how = fellBack ? 'fell back from it' : 'runs another image again'
  const message = `The device had booted release ${left.name}, hop ${route.at} of ${route.hops.length}, and ${how}.`
  const because = { code: 'target.failed.left_hop', message, hop: route.at, of: route.hops.length, release: left.name }
  const told = state === 'pending' ? {} : ({ instruct: { kind: 'none' } } as const)
  return move(ctx, target, { to: 'failed', because, reason: left.barrier ? 'barrier' : 'left_hop', ...told })
}

const failures: readonly TargetState[] = failureStates

/** Names the hop at which a target failed. A barrier that the device does not get past is a reason of its own. */
export function nameHop(target: TargetView, change: TargetChange): TargetChange {
  const now = hopNow(target)
  if (!now || change.from === change.to || !failures.includes(change.to) || 'hop' in change.because) return change
  const { hop, number, of } = now
  const message = `Hop ${number} of ${of}, ${hop.barrier ? 'the barrier' : 'release'} ${hop.name}: ${change.because.message}`
  const because = { ...change.because, message, hop: number, of, release: hop.name }
  const atBarrier = hop.barrier && hasMoreHops(target) && change.to !== 'timed_out' && change.from !== 'timed_out'
  if (!atBarrier) return { ...change, because }
  const barrier = { ...because, code: 'target.failed.barrier', cause: change.because.code }
  return { ...change, to: 'failed', reason: 'barrier', because: barrier, event: 'target.failed' }
}
