import type { TargetChange } from './decision.ts'
import { followApply, followApplyTimeout } from './follow-apply.ts'
import { followSoak, followSuccess, followVerify } from './follow-health.ts'
import { followStaging } from './follow-staging.ts'
import { catchUp, nameHop } from './follow-route.ts'
import { move } from './move.ts'
import { hasEnded } from './target-lifecycle.ts'
import type { Follow } from './timers.ts'
import type { TargetView } from './view.ts'

/** What one target's device shows that it has become; `null` when nothing changed. Works from the whole report, not from deltas. */
export function follow(target: TargetView, ctx: Follow): TargetChange | null {
  if (target.device.removed) return removed(target, ctx)
  const change = catchUp(target, ctx) ?? followState(target, ctx)
  return change && nameHop(target, change)
}

function followState(target: TargetView, ctx: Follow): TargetChange | null {
  if (isFinal(target, ctx)) return null
  switch (target.state) {
    case 'pending':
    case 'offered':
    case 'downloading':
    case 'staged':
      return followStaging(target, ctx)
    case 'granted':
    case 'rebooting':
      return followApply(target, ctx)
    case 'verifying':
      return followVerify(target, ctx)
    case 'soaking':
      return followSoak(target, ctx)
    case 'succeeded':
      return followSuccess(target, ctx)
    case 'timed_out':
      return target.reason === 'apply' ? followApplyTimeout(target, ctx) : null
    default:
      return null
  }
}

// Who converged after the rollout had completed is observed as long as the others were.
function isFinal({ state, stateSince }: TargetView, { observedUntil, policy, now }: Follow): boolean {
  if (observedUntil == null || !hasEnded(state)) return false
  return now >= Math.max(observedUntil, stateSince + policy.observeForSec * 1000)
}

function removed(target: TargetView, ctx: Follow): TargetChange | null {
  const because = { code: 'target.removed', message: 'The device was removed from the fleet.' }
  if (hasEnded(target.state)) return target.holdsSlot ? freeSlot(target, ctx) : null
  return move(ctx, target, { to: 'skipped', because, reason: 'removed', slot: 'free' })
}

function freeSlot(target: TargetView, ctx: Follow): TargetChange {
  const because = {
    code: 'target.slot_freed',
    message: 'The device was removed from the fleet; its slot of the budget is free.',
  }
  return move(ctx, target, { to: target.state, because, slot: 'free', event: 'target.slot_freed' })
}
