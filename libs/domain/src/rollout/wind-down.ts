import { recall } from './give-out.ts'
import { move } from './move.ts'
import type { Outcome } from './outcome.ts'
import { applyingStates } from './target-lifecycle.ts'
import { apply, countIn, hasRoom, targetsIn, unfinished, type Turn } from './turn.ts'

export const paused = {
  code: 'rollout.paused',
  message: 'Paused: nothing is offered or granted until it is resumed.',
}

/** Unused grants are recalled, rebooting devices drain, then the rollout is paused. */
export function drain(turn: Turn): Outcome {
  recallAll(turn, { code: 'rollout.pausing', message: 'the rollout is being paused.' })
  const left = countIn(turn, applyingStates)
  if (left === 0) return { because: paused, rollout: 'paused' }
  const message = `${left} devices were already granted their reboot and finish it.`
  return { because: { code: 'rollout.draining', message, left } }
}

/** Who was not granted yet is let go; the others are followed to their end. */
export function abort(turn: Turn): Outcome {
  recallAll(turn, { code: 'rollout.aborting', message: 'the rollout is being aborted.' })
  for (const target of targetsIn(turn, ['pending', 'offered', 'downloading', 'staged'])) {
    if (!hasRoom(turn)) break
    if (target.state === 'pending')
      apply(turn, move(turn.ctx, target, { to: 'skipped', because: aborted, reason: 'aborted' }))
    else apply(turn, move(turn.ctx, target, { to: 'reverted', because: aborted, reason: 'aborted', instruct: none }))
  }
  const left = unfinished(turn)
  if (left === 0) return { because: { code: 'rollout.aborted', message: 'Aborted.' }, rollout: 'aborted' }
  return { because: { code: 'rollout.aborting', message: `${left} devices are followed to their end.`, left } }
}

const none = { kind: 'none' } as const
const aborted = {
  code: 'target.aborted',
  message: 'The rollout was aborted before this device was granted its reboot.',
}

function recallAll(turn: Turn, why: { code: string; message: string }): void {
  for (const target of targetsIn(turn, ['granted'])) if (hasRoom(turn)) recall(turn, target, why)
}
