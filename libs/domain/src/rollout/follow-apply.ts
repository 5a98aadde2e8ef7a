import type { TargetChange } from './decision.ts'
import { leftImage, rolledBack } from './fall-back.ts'
import { afterReturn } from './grant-backoff.ts'
import { isStaged, refusal } from './follow-staging.ts'
import { instantText } from './instant-text.ts'
import { attemptOutcome, bootedTarget, isCurrent, move } from './move.ts'
import { applyDeadline, applySec, type Follow } from './timers.ts'
import { unprovenBoot } from './unproven-boot.ts'
import type { ReportView, TargetView } from './view.ts'

const maxAttempts = 3

/** From the grant to a boot. The clock here runs on the server, whether the device is connected or not. */
export function followApply(target: TargetView, ctx: Follow): TargetChange | null {
  const { report } = target.device
  return (report && applying(target, report, ctx)) ?? applyTimeout(target, ctx)
}

function applying(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (bootedTarget(target)) {
    const also = { ...noGrant, instruct: { kind: 'none' } } as const
    return proven(target, report) ? booted(target, ctx) : unprovenBoot(target, ctx, { since: 'its grant', also })
  }
  if (report.bootKey !== target.grant?.bootKey) return bootedAnother(target, report, ctx)
  return target.state === 'granted' ? beforeReboot(target, report, ctx) : rebootCalledOff(target, report, ctx)
}

// Another image needs another boot: on the boot of its grant a device can only claim to run it.
function proven({ grant }: TargetView, report: ReportView): boolean {
  return report.bootKey !== grant?.bootKey
}

function booted(target: TargetView, ctx: Follow): TargetChange {
  const message = 'The device booted the image; its health is being checked.'
  return move(ctx, target, { to: 'verifying', because: { code: 'target.booted', message }, backoff: null })
}

function beforeReboot(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (target.grant?.conn === null) return grantReturned(target, ctx)
  if (report.phase === 'rebooting') {
    const because = { code: 'target.rebooting', message: 'The device is rebooting.' }
    return move(ctx, target, { to: 'rebooting', because })
  }
  return refused(target, ctx) ?? (gaveGrantBack(target, report) ? grantReturned(target, ctx) : null)
}

// A device that has read its grant, still sits on the connection that it is for and does not hold it let it expire. On
// another connection it may get the same grant again, unless that was recalled.
function gaveGrantBack(target: TargetView, report: ReportView): boolean {
  const sameConnection = target.device.connected && target.device.conn === target.grant?.conn
  return report.grantId === null && isCurrent(report, target) && (target.recalled || sameConnection)
}

// A host that downloads only after its grant finds out only then that it cannot.
function refused(target: TargetView, ctx: Follow): TargetChange | null {
  const found = refusal(target)
  return found && move(ctx, target, { ...found, ...noGrant, slot: 'free' })
}

const noGrant = { grant: null, recalled: false } as const

// The target is `rebooting` because a report said so: one that says otherwise, on the same boot, is newer.
function rebootCalledOff(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  return report.phase !== 'rebooting' && report.grantId === null ? grantReturned(target, ctx) : null
}

const code = 'target.grant_returned'
const gaveBack = 'The device gave its grant back without rebooting'

function grantReturned(target: TargetView, ctx: Follow): TargetChange {
  const returned = { to: 'staged', ...noGrant, slot: 'free', instruct: { kind: 'stage' } } as const
  // It was asked for: that says nothing about the next.
  if (target.recalled) return move(ctx, target, { ...returned, because: { code, message: `${gaveBack}.` } })
  const backoff = afterReturn(target, ctx.now)
  const reason = target.returnedFor ? ` (${target.returnedFor})` : ''
  const message = `${gaveBack}${reason}. It gets another from ${instantText(backoff.until)} on.`
  return move(ctx, target, { ...returned, because: { code, message, ...backoff }, backoff })
}

// The device booted since its grant, and not the target: how that ended is the agent's classification of the boot.
function bootedAnother(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (report.bootedDigest === null) return null
  const outcome = attemptOutcome(report, target)
  if (outcome === 'rolled_back') return rolledBack(target, report, ctx)
  if (outcome === 'booted_target') return leftImage(target, ctx)
  if (outcome === null || outcome === 'never_finalized') return notApplied(target, report, ctx)
  return failedToBoot(target, ctx, { outcome, detail: report.attempt?.detail })
}

// Not the image's fault: the stage was dropped by an ordinary reboot, or the power went before it was made bootable.
function notApplied(target: TargetView, { attempt }: ReportView, ctx: Follow): TargetChange | null {
  const outcome = attempt?.outcome ?? 'not_applied'
  const attempts = target.attempts + 1
  if (attempts > maxAttempts) return failedToBoot(target, ctx, { outcome, detail: attempt?.detail })
  const message = `The device rebooted without the update (${outcome}); it is staged again, try ${attempts + 1}.`
  const because = { code: 'target.not_applied', message, outcome, attempts }
  return move(ctx, target, { to: 'downloading', because, ...noGrant, attempts, instruct: { kind: 'stage' } })
}

interface Ending {
  readonly outcome: string
  readonly detail: string | null | undefined
}

function failedToBoot(target: TargetView, ctx: Follow, { outcome, detail }: Ending): TargetChange {
  const message = `The device runs another image than the one it applied: ${outcome}.${detail ? ` ${detail}` : ''}`
  const because = { code: `target.failed.${outcome}`, message }
  return move(ctx, target, { to: 'failed', because, reason: outcome, ...noGrant, instruct: { kind: 'none' } })
}

function applyTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  if (ctx.now < applyDeadline(target, ctx.policy)) return null
  const seconds = applySec(target, ctx.policy)
  const message = `The device did not prove a boot within ${seconds} s of its grant. Its budget slot stays taken until it reports healthy or is released.`
  const because = { code: 'target.apply_timeout', message, applySec: seconds }
  const instruct = { kind: reopens.includes(ctx.state) ? 'stage' : 'none' } as const
  return move(ctx, target, { to: 'timed_out', because, reason: 'apply', instruct })
}

/** A device that was given up for not coming back may come back: on the image, fallen back, or never gone. */
export function followApplyTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  const { report } = target.device
  if (!report) return null
  if (bootedTarget(target)) {
    if (!proven(target, report)) return null
    const because = { code: 'target.booted_late', message: 'The device came back late, on the image.' }
    return move(ctx, target, { to: 'verifying', because })
  }
  if (report.bootKey === target.grant?.bootKey) return neverRebooted(target, report, ctx)
  return attemptOutcome(report, target) === 'rolled_back' ? rolledBack(target, report, ctx) : null
}

const reopens: readonly Follow['state'][] = ['running', 'pausing', 'paused']

// With its timeout the grant was withdrawn: a device that has read that, and is on the boot of its grant, stays there.
function neverRebooted(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (report.phase === 'rebooting' || report.grantId !== null || !isCurrent(report, target)) return null
  const proof = 'The device reports that it never rebooted'
  if (reopens.includes(ctx.state)) {
    const because = { code: 'target.reopened', message: `${proof}; the target is open again.` }
    return move(ctx, target, { to: isStaged(report, target) ? 'staged' : 'offered', because, ...noGrant, slot: 'free' })
  }
  if (!target.holdsSlot) return null
  const because = { code: 'target.slot_freed', message: `${proof}; its slot of the budget is free.` }
  return move(ctx, target, { to: target.state, because, slot: 'free', event: 'target.slot_freed' })
}
