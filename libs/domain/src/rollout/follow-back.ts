import type { TargetChange } from './decision.ts'
import { bootedTarget, move } from './move.ts'
import type { Follow } from './timers.ts'
import type { TargetView } from './view.ts'

/**
 * What a roll-back finds out about a device before its grant: it is back already, or runs an image that is neither the
 * one to leave nor the one to go back to. `null`: wait, its boot is not decided; `undefined`: as in any rollout.
 */
export function followBack(target: TargetView, ctx: Follow): TargetChange | null | undefined {
  const { device, state, leaving } = target
  if (device.busyWith !== null) return null
  const booted = device.report?.bootedDigest ?? null
  if (leaving === undefined || booted === null || leaving.includes(booted)) return undefined
  const back = bootedTarget(target)
  if (back && state !== 'pending') return undefined
  const { because, reason } = back ? alreadyBack : elsewhere
  const told = state === 'pending' ? {} : ({ instruct: { kind: 'none' } } as const)
  return move(ctx, target, { to: 'skipped', because, reason, ...told })
}

const alreadyBack = {
  reason: 'already_on_digest',
  because: { code: 'skip.already_on_digest', message: 'The device runs the image that it would go back to already.' },
}
const elsewhere = {
  reason: 'other_image',
  because: {
    code: 'skip.other_image',
    message:
      'The device runs neither the release that is rolled back nor the image that it had before. It is left alone.',
  },
}
