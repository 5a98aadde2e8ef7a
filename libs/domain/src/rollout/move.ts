import type { Because } from './because.ts'
import type { TargetChange } from './decision.ts'
import { dueAfter, type Follow } from './timers.ts'
import type { TargetView } from './view.ts'

export type { Follow }

type Extra = Omit<TargetChange, 'deviceId' | 'from' | 'to' | 'because' | 'dueAt'>

/** A move of one target, with the time at which it must be looked at again. */
export function move(
  target: TargetView,
  to: TargetView['state'],
  because: Because,
  follow: Follow,
  extra: Extra = {},
): TargetChange {
  const dueAt = dueAfter(
    { ...target, state: to, stateSince: follow.now, soakUntil: extra.soak?.until ?? target.soakUntil },
    follow,
  )
  return { deviceId: target.deviceId, from: target.state, to, because, dueAt, event: `target.${to}`, ...extra }
}

/** Whether the device runs the target image. */
export function bootedTarget({ device, accept }: TargetView): boolean {
  const digest = device.report?.bootedDigest
  return digest !== null && digest !== undefined && accept.includes(digest)
}
