import type { TargetChange } from './decision.ts'
import { followBack } from './follow-back.ts'
import { leftHop } from './follow-route.ts'
import { bootedTarget, isCurrent, move, type Move } from './move.ts'
import { downloadDeadline, silentSince, unreachableAt, type Follow } from './timers.ts'
import { unprovenBoot } from './unproven-boot.ts'
import type { ReportView, TargetView } from './view.ts'

/** Up to the grant: being offline is not failing, and only what an up-to-date report says about this image is. */
export function followStaging(target: TargetView, ctx: Follow): TargetChange | null {
  if (target.wave === null) return null
  const settled = target.leaving && followBack(target, ctx)
  if (settled !== undefined) return settled
  const booted = bootedTarget(target) ? onTarget(target, ctx) : null
  if (booted) return booted
  const ended = leftHop(target, ctx) ?? quarantined(target, ctx) ?? unreachable(target, ctx)
  if (ended || target.state === 'pending') return ended
  return refused(target, ctx) ?? staging(target, ctx) ?? downloadTimeout(target, ctx)
}

function onTarget(target: TargetView, ctx: Follow): TargetChange | null {
  if (isThereAlready(target)) return thereAlready(target, ctx)
  return isDown(target) ? null : thereUngranted(target, ctx)
}

// It was to get another image by an earlier rollout when the targets were frozen, and that did not come about.
function isThereAlready(target: TargetView): boolean {
  const { fromDigest, fromBootKey, device, accept } = target
  if (fromDigest === null || !accept.includes(fromDigest)) return false
  return device.report?.bootKey === fromBootKey
}

// It was granted its reboot before it was tried again, and what it said last it said before that: it is judged when it is back.
function isDown({ holdsSlot, device }: TargetView): boolean {
  const { connected, connectedAt, report } = device
  return holdsSlot && !(connected && (report?.receivedAt ?? -1) >= (connectedAt ?? 0))
}

function thereAlready(target: TargetView, ctx: Follow): TargetChange {
  const because = { code: 'skip.already_on_digest', message: 'The device runs this image already.' }
  return move(ctx, target, { to: 'skipped', because, reason: 'already_on_digest', ...(wasTold(target) && nothing) })
}

// Another image needs another boot: on the boot on which it reported the one before, a device can only claim to run it.
function isUnproven({ fromDigest, fromBootKey, device }: TargetView): boolean {
  return fromDigest !== null && fromBootKey !== null && device.report?.bootKey === fromBootKey
}

function thereUngranted(target: TargetView, ctx: Follow): TargetChange {
  if (!isUnproven(target)) return appliedWithoutGrant(target, ctx)
  return unprovenBoot(target, ctx, { since: 'it reported another one', also: wasTold(target) ? nothing : {} })
}

function appliedWithoutGrant(target: TargetView, ctx: Follow): TargetChange {
  const because = { code: 'target.applied_without_grant', message: 'The device booted the image without a grant.' }
  return move(ctx, target, { to: 'verifying', because, slot: 'take', event: 'applied_without_grant' })
}

function quarantined(target: TargetView, ctx: Follow): TargetChange | null {
  if (!target.device.quarantined) return null
  const because = { code: 'target.quarantined', message: 'The device rolled back from this image before.' }
  return move(ctx, target, { to: 'skipped', because, reason: 'quarantined', ...(wasTold(target) && nothing) })
}

const nothing = { instruct: { kind: 'none' } } as const

function wasTold({ state }: TargetView): boolean {
  return state !== 'pending'
}

/** An error about this image, in an up-to-date report, that the agent does not try again by itself: the target failed. */
export function refusal(target: TargetView): (Pick<Move, 'because' | 'to' | 'instruct'> & { reason: string }) | null {
  const { report } = target.device
  if (!report || !isCurrent(report, target)) return null
  const isFinal = ({ retryable, digest }: ReportView['errors'][number]) =>
    !retryable && (digest === null || target.accept.includes(digest))
  const error = report.errors.find(isFinal)
  if (!error) return null
  const because = { code: `target.failed.${error.code}`, message: error.detail || `The device reports ${error.code}.` }
  return { to: 'failed', because, reason: error.code, ...nothing }
}

function refused(target: TargetView, ctx: Follow): TargetChange | null {
  const found = refusal(target)
  return found && move(ctx, target, found)
}

function unreachable(target: TargetView, ctx: Follow): TargetChange | null {
  const at = unreachableAt(target, ctx)
  if (at === null || ctx.now < at) return null
  // Nobody takes its place once the rollout is completed: whoever converges is left until it is back.
  if (ctx.state === 'completed' && ctx.policy.unreachable !== 'fail') return null
  const offlineSec = Math.floor((ctx.now - silentSince(target)) / 1000)
  const message = `The device has been offline for ${offlineSec} s before it was granted its reboot.`
  const because = { code: 'target.unreachable', message, offlineSec }
  const instruct = wasTold(target) ? nothing : {}
  return ctx.policy.unreachable === 'fail'
    ? move(ctx, target, { to: 'failed', because, reason: 'unreachable', ...instruct })
    : move(ctx, target, { to: 'pending', because, wave: null, event: 'target.replaced', ...instruct })
}

function staging(target: TargetView, ctx: Follow): TargetChange | null {
  const { report } = target.device
  if (!report) return null
  const staged = isStaged(report, target)
  if (staged) return target.state === 'staged' ? null : move(ctx, target, { to: 'staged', because: whyStaged })
  if (!isCurrent(report, target)) return null
  if (target.state === 'staged') return move(ctx, target, { to: 'downloading', because: whyStagedAgain })
  const started = target.state === 'offered' && report.phase === 'downloading'
  return started ? move(ctx, target, { to: 'downloading', because: whyDownloading }) : null
}

const whyStaged = {
  code: 'target.staged',
  message: 'The image is on the device, locked against an ordinary reboot.',
}
const whyStagedAgain = {
  code: 'target.stage_lost',
  message: 'The staged image is gone (a reboot drops a locked stage); it is staged again.',
}
const whyDownloading = { code: 'target.downloading', message: 'The device is pulling the image.' }

/** Whether the image is on the device, held back from an ordinary reboot where the host can do that. */
export function isStaged(report: ReportView, { accept, device }: TargetView): boolean {
  const { stagedDigest, stagedLocked } = report
  return stagedDigest !== null && accept.includes(stagedDigest) && (stagedLocked || !device.canLock)
}

function downloadTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  const deadline = downloadDeadline(target, ctx)
  if (deadline === null || ctx.now < deadline) return null
  const { downloadSec } = ctx.policy.timeouts
  const message = `The image was not staged within ${downloadSec} s of connected time.`
  const because = { code: 'target.download_timeout', message, downloadSec }
  return move(ctx, target, { to: 'timed_out', because, reason: 'download', ...nothing })
}
