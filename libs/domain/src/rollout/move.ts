import type { TargetChange } from './decision.ts'
import { dueAfter, type Follow } from './timers.ts'
import { hopAfter } from './hop.ts'
import { pullFromAfter } from './pull-clock.ts'
import type { Instant, ReportView, TargetView } from './view.ts'

/** A change as the rules name it; whose it is and when to look again follow from the target. */
export type Move = Omit<TargetChange, 'deviceId' | 'from' | 'dueAt'>

/** Changes one target and says when it must be looked at again. The event is named after the new state. */
export function move(ctx: Follow, target: TargetView, to: Move): TargetChange {
  // Who writes a change down takes a missing reason for none.
  const reason = to.to === target.state && target.reason !== null ? { reason: target.reason } : {}
  const change = { deviceId: target.deviceId, from: target.state, event: `target.${to.to}`, ...reason, ...to }
  return { ...change, dueAt: dueAfter(changed(target, change, ctx.now), ctx) }
}

/**
 * A target as a change leaves it. A reason belongs to the state that it came with. A grant that is given again, under
 * its own id, counts from when it was first given.
 */
export function changed(target: TargetView, change: Move, now: Instant): TargetView {
  const { to, wave, slot, recalled, attempts } = change
  const stays = to === target.state
  return {
    ...target,
    state: to,
    wave: wave === undefined ? target.wave : wave,
    stateSince: stays ? target.stateSince : now,
    pullFrom: pullFromAfter(target, to, now),
    reason: change.reason ?? (stays ? target.reason : null),
    grant: grantAfter(target, change.grant, now),
    recalled: recalled ?? target.recalled,
    backoff: (change.backoff === undefined ? target.backoff : change.backoff) ?? null,
    ...soakAfter(target, change.soak),
    ...hopAfter(target, change.hop),
    ...originAfter(target, change, now),
    attempts: attempts ?? target.attempts,
    holdsSlot: slot === undefined ? target.holdsSlot : slot === 'take',
  }
}

function grantAfter(target: TargetView, grant: Move['grant'], now: Instant): TargetView['grant'] {
  if (grant === undefined) return target.grant
  if (grant === null) return null
  return { ...grant, at: target.grant?.id === grant.id ? target.grant.at : now }
}

function originAfter(
  { firstGrantedAt }: TargetView,
  { grant, origin }: Move,
  now: Instant,
): Pick<TargetView, 'firstGrantedAt'> & Partial<Pick<TargetView, 'fromDigest' | 'fromBootKey'>> {
  const from = origin && { fromDigest: origin.digest, fromBootKey: origin.bootKey }
  return { ...from, firstGrantedAt: grant ? (firstGrantedAt ?? now) : firstGrantedAt }
}

function soakAfter(target: TargetView, soak: Move['soak']): Pick<TargetView, 'soakBootKey' | 'soakUntil'> {
  if (soak === undefined) return { soakBootKey: target.soakBootKey, soakUntil: target.soakUntil }
  return { soakBootKey: soak?.bootKey ?? null, soakUntil: soak?.until ?? null }
}

/** Whether the device runs the target image. */
export function bootedTarget({ device, accept }: TargetView): boolean {
  const digest = device.report?.bootedDigest
  return digest !== null && digest !== undefined && accept.includes(digest)
}

/** Whether a report was made after the device had read all that it was told. */
export function isCurrent(report: ReportView, { device }: TargetView): boolean {
  return report.observedGen >= device.desiredGen
}

/** How the device's last attempt to boot this image ended; `null` when it did not end or was for another image. */
export function attemptOutcome(report: ReportView, { accept }: TargetView): string | null {
  return report.attempt && accept.includes(report.attempt.target) ? report.attempt.outcome : null
}
