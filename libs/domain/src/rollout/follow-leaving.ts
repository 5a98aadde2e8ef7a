import type { TargetChange } from './decision.ts'
import { rolledBack } from './fall-back.ts'
import { hasMoreHops } from './hop.ts'
import { attemptOutcome, bootedTarget, move } from './move.ts'
import type { Follow } from './timers.ts'
import type { TargetView } from './view.ts'

/**
 * A device of a rollout that is rolled back is only waited for to leave the image. Whoever does is back on purpose, but
 * for one that fell back by itself.
 */
export function followLeaving(target: TargetView, ctx: Follow): TargetChange | null {
  const { report } = target.device
  if (!report || report.bootedDigest === null || bootedTarget(target)) return null
  if (attemptOutcome(report, target) === 'rolled_back') return rolledBack(target, report, ctx)
  const message = 'The device has left the image, because the rollout is rolled back.'
  const because = { code: 'target.reverted', message }
  return move(ctx, target, { to: 'reverted', because, reason: 'rolled_back', grant: null, recalled: false })
}

/**
 * Whether a roll-back has to do with it when the device leaves the image: one that is under way, or was aborted since. It
 * takes nobody back who is at a stop on the way to the release.
 */
export function isTakenBack(target: TargetView, { rollsBack, clocksFrom = 0 }: Follow): boolean {
  const { fromDigest, device } = target
  if (hasMoreHops(target)) return false
  if (rollsBack) return true
  const booted = device.report?.bootedDigest ?? null
  return clocksFrom > 0 && booted !== null && booted === fromDigest
}
