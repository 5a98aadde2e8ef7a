import type { TargetChange } from './decision.ts'
import { followBoot } from './follow-boot.ts'
import { bootedTarget, move, type Follow } from './move.ts'
import type { ReportView, TargetView } from './view.ts'

/** What one target's device shows that it has become; `null` when nothing changed. Works from the whole report, not from deltas. */
export function follow(target: TargetView, ctx: Follow): TargetChange | null {
  if (target.device.removed && target.state !== 'skipped') return removed(target, ctx)
  switch (target.state) {
    case 'pending':
    case 'offered':
    case 'downloading':
    case 'staged':
      return beforeGrant(target, ctx)
    case 'granted':
    case 'rebooting':
    case 'verifying':
    case 'soaking':
    case 'succeeded':
    case 'timed_out':
      return followBoot(target, ctx)
    default:
      return null
  }
}

function removed(target: TargetView, ctx: Follow): TargetChange | null {
  if (['succeeded', 'failed', 'rolled_back', 'reverted', 'timed_out'].includes(target.state)) return null
  const because = { code: 'target.removed', message: 'The device was removed from the fleet.' }
  return move(target, 'skipped', because, ctx, { reason: 'removed', slot: 'free' })
}

function beforeGrant(target: TargetView, ctx: Follow): TargetChange | null {
  if (target.wave === null) return null
  if (bootedTarget(target)) return appliedWithoutGrant(target, ctx)
  const ended = refused(target, ctx) ?? unreachable(target, ctx)
  if (ended || target.state === 'pending') return ended
  return staging(target, ctx) ?? downloadTimeout(target, ctx)
}

function appliedWithoutGrant(target: TargetView, ctx: Follow): TargetChange {
  const because = { code: 'target.applied_without_grant', message: 'The device booted the image without a grant.' }
  return move(target, 'verifying', because, ctx, { slot: 'take', event: 'applied_without_grant' })
}

function refused(target: TargetView, ctx: Follow): TargetChange | null {
  const { device, accept } = target
  if (device.quarantined) {
    const because = { code: 'target.quarantined', message: 'The device rolled back from this image before.' }
    return move(target, 'skipped', because, ctx, { reason: 'quarantined', instruct: { kind: 'none' } })
  }
  if (target.state === 'pending') return null
  const error = device.report?.errors.find(({ retryable, digest }) =>
    retryable ? false : digest === null ? isCurrent(device.report, target) : accept.includes(digest),
  )
  if (!error) return null
  const because = { code: `target.failed.${error.code}`, message: error.detail }
  return move(target, 'failed', because, ctx, { reason: error.code, instruct: { kind: 'none' } })
}

function isCurrent(report: ReportView | null, { device }: TargetView): boolean {
  return report !== null && report.observedGen >= device.desiredGen
}

function unreachable(target: TargetView, ctx: Follow): TargetChange | null {
  const { unreachable: choice, timeouts } = ctx.policy
  const { connected, lastSeenAt } = target.device
  const silentSince = Math.max(lastSeenAt ?? 0, target.stateSince)
  if (connected || choice === 'wait' || ctx.now - silentSince < timeouts.unreachableAfterSec * 1000) return null
  const seconds = Math.round((ctx.now - silentSince) / 1000)
  const message = `The device has been offline for ${seconds} s before it was granted its reboot.`
  const because = { code: 'target.unreachable', message, offlineSec: seconds }
  return choice === 'fail'
    ? move(target, 'failed', because, ctx, { reason: 'unreachable', instruct: { kind: 'none' } })
    : move(target, 'pending', because, ctx, { wave: null, event: 'target.replaced' })
}

function staging(target: TargetView, ctx: Follow): TargetChange | null {
  const { report, canLock } = target.device
  if (!report) return null
  const staged =
    report.stagedDigest !== null && target.accept.includes(report.stagedDigest) && (report.stagedLocked || !canLock)
  if (staged && target.state !== 'staged')
    return move(
      target,
      'staged',
      { code: 'target.staged', message: 'The image is on the device, locked against an ordinary reboot.' },
      ctx,
    )
  if (!staged && target.state === 'staged' && isCurrent(report, target))
    return move(
      target,
      'downloading',
      {
        code: 'target.stage_lost',
        message: 'The staged image is gone (a reboot drops a locked stage); it is staged again.',
      },
      ctx,
    )
  if (target.state === 'offered' && report.phase === 'downloading' && isCurrent(report, target))
    return move(target, 'downloading', { code: 'target.downloading', message: 'The device is pulling the image.' }, ctx)
  return null
}

function downloadTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  const { connected, connectedAt, canLock } = target.device
  if (target.state === 'staged' || !connected || (!canLock && target.state === 'offered')) return null
  const since = Math.max(target.stateSince, connectedAt ?? 0)
  const { downloadSec } = ctx.policy.timeouts
  if (ctx.now - since < downloadSec * 1000) return null
  const because = {
    code: 'target.download_timeout',
    message: `The image was not staged within ${downloadSec} s of connected time.`,
    downloadSec,
  }
  return move(target, 'timed_out', because, ctx, { reason: 'download', instruct: { kind: 'none' } })
}
