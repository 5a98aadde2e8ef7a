import { recall } from './give-out.ts'
import { move, type Move } from './move.ts'
import type { Outcome } from './outcome.ts'
import { applyingStates, earlyStates } from './target-lifecycle.ts'
import { apply, countIn, hasRoom, targetsIn, unfinished, type Turn } from './turn.ts'
import type { TargetView } from './view.ts'

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
  letGo(turn, ({ state }) => (state === 'pending' ? skippedByAbort : reverted))
  const left = unfinished(turn)
  if (left === 0) return { because: { code: 'rollout.aborted', message: 'Aborted.' }, rollout: 'aborted' }
  return { because: { code: 'rollout.aborting', message: `${left} devices are followed to their end.`, left } }
}

/** A newer rollout takes over whom this one has not granted its reboot; the others finish here first. */
export function giveWay(turn: Turn): Outcome {
  recallAll(turn, { code: 'rollout.superseded', message: 'a newer rollout took the place of this one.' })
  letGo(turn, () => superseded)
  const left = unfinished(turn)
  const because = { code: 'rollout.superseded', message: `A newer rollout took its place. ${finishing(left)}`, left }
  return left === 0 ? { because, ended: true } : { because }
}

function finishing(left: number): string {
  return left === 0 ? 'None of its devices is under way.' : `${left} devices finish here first.`
}

const none = { kind: 'none' } as const
const aborted = {
  code: 'target.aborted',
  message: 'The rollout was aborted before this device was granted its reboot.',
}
const skippedByAbort = { to: 'skipped', because: aborted, reason: 'aborted' } as const
const reverted = { to: 'reverted', because: aborted, reason: 'aborted' } as const
const superseded = {
  to: 'skipped',
  because: {
    code: 'target.superseded',
    message: 'A newer rollout took the place of this one before the device was granted its reboot.',
  },
  reason: 'superseded',
} as const

/** Ends the targets that were not granted their reboot, and wants nothing of their devices any more. */
export function letGo(turn: Turn, end: (target: TargetView) => Move): void {
  for (const target of targetsIn(turn, earlyStates)) {
    if (!hasRoom(turn)) return
    const instruct = target.state === 'pending' ? {} : { instruct: none }
    apply(turn, move(turn.ctx, target, { ...end(target), ...instruct }))
  }
}

/** Takes all unused grants back. */
export function recallAll(turn: Turn, why: { code: string; message: string }): void {
  for (const target of targetsIn(turn, ['granted'])) if (hasRoom(turn)) recall(turn, target, why)
}
