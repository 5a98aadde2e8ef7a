import type { Because } from './because.ts'
import { readyToApply, whyNoGrant, whyNoOffer } from './give-out.ts'
import { whyNoWave } from './narrowed-wave.ts'
import { beginTurn } from './turn.ts'
import type { Instant, RolloutView } from './view.ts'

/**
 * What keeps a device of a rollout that runs, or that it converges to, from what comes next for it: from its wave, then
 * from its download, and once it is staged from its grant. It asks what a turn would ask. `undefined`: nothing does, or the
 * device is at work itself.
 */
export function whyWaiting(view: RolloutView, deviceId: string, now: Instant): Because | undefined {
  if (view.state !== 'running' && view.state !== 'completed') return undefined
  const turn = beginTurn(view, now)
  const target = turn.targets.get(deviceId)
  if (!target) return undefined
  if (target.state === 'pending') return target.wave === null ? whyNoWave(turn, target) : whyNoOffer(turn, target)
  return readyToApply(target) ? whyNoGrant(turn, target) : undefined
}
