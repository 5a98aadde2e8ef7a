import type { Because } from './because.ts'
import { readyToApply, whyNoGrant, whyNoOffer } from './give-out.ts'
import { beginTurn } from './turn.ts'
import type { Instant, RolloutView } from './view.ts'

/**
 * What keeps a device of a rollout that runs, or that it converges to, from what comes next for it: from its download once it is in a wave, from its
 * grant once it is staged. It asks what a turn would ask. `undefined`: nothing does, or the device is at work itself.
 */
export function whyWaiting(view: RolloutView, deviceId: string, now: Instant): Because | undefined {
  if (view.state !== 'running' && view.state !== 'completed') return undefined
  const turn = beginTurn(view, now)
  const target = turn.targets.get(deviceId)
  if (!target || target.wave === null) return undefined
  if (target.state === 'pending') return whyNoOffer(turn, target)
  return readyToApply(target) ? whyNoGrant(turn, target) : undefined
}
