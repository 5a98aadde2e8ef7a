import type { TargetChange } from './decision.ts'
import { move, type Move } from './move.ts'
import type { Follow } from './timers.ts'
import type { TargetView } from './view.ts'

/** Another image needs another boot: on the boot that it was on before, a device can only claim to run it. */
export function unprovenBoot(
  target: TargetView,
  ctx: Follow,
  { since, also }: { since: string; also: Pick<Move, 'grant' | 'recalled' | 'instruct'> },
): TargetChange {
  const message = `The device claims to run the image, but has not booted since ${since}. Look at its agent.`
  const because = { code: 'target.failed.unproven_boot', message }
  return move(ctx, target, { to: 'failed', because, reason: 'unproven_boot', ...also })
}
