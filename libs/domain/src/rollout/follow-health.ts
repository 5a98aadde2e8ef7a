import type { TargetChange } from './decision.ts'
import { leftImage, rolledBack } from './fall-back.ts'
import { followLeaving, isTakenBack } from './follow-leaving.ts'
import { nextHop } from './follow-route.ts'
import { hasMoreHops } from './hop.ts'
import { attemptOutcome, bootedTarget, move } from './move.ts'
import type { WaveRule } from './policy.ts'
import { healthDeadline, soakDeadline, standsStill, type Follow } from './timers.ts'
import type { ReportView, TargetView } from './view.ts'

/** From the boot to the first healthy report. */
export function followVerify(target: TargetView, ctx: Follow): TargetChange | null {
  if (standsStill(target, ctx)) return followLeaving(target, ctx)
  const { report } = target.device
  return (report && verifying(target, report, ctx)) ?? healthTimeout(target, ctx)
}

/** From the first healthy report to a sign of life past the soak, on the same boot. */
export function followSoak(target: TargetView, ctx: Follow): TargetChange | null {
  if (standsStill(target, ctx)) return followLeaving(target, ctx)
  const { report } = target.device
  return (report && soaking(target, report, ctx)) ?? soakTimeout(target, ctx)
}

/** A success is taken back when the device leaves the image by itself: not when another rollout took it, or it is on its way back from that. */
export function followSuccess(target: TargetView, ctx: Follow): TargetChange | null {
  if (isTakenBack(target, ctx)) return followLeaving(target, ctx)
  const { report } = target.device
  if (!report || report.bootedDigest === null || bootedTarget(target)) return null
  if (target.device.takenByOther) return null
  if (report.attempt && !target.accept.includes(report.attempt.target)) return null
  const message = 'The device had succeeded, and has moved back to another image since.'
  const because = { code: 'target.regressed', message }
  return move(ctx, target, { to: 'rolled_back', because, reason: 'regressed', event: 'target.regressed' })
}

// A report without a booted digest comes from a host whose bootc does not answer: it shows neither image.
function offImage(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (bootedTarget(target) || report.bootedDigest === null) return null
  if (isTakenBack(target, ctx)) return followLeaving(target, ctx)
  return attemptOutcome(report, target) === 'rolled_back' ? rolledBack(target, report, ctx) : leftImage(target, ctx)
}

function verifying(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  const off = offImage(target, report, ctx)
  if (off || !bootedTarget(target) || report.health !== 'healthy') return off
  if (hasMoreHops(target)) return nextHop(target, report, ctx)
  const { soakSec } = ruleOf(target, ctx)
  const message = `The device is healthy on the image and must stay so for ${soakSec} s.`
  const because = { code: 'target.soaking', message, soakSec }
  const soak = { bootKey: report.bootKey, until: report.receivedAt + soakSec * 1000 }
  return move(ctx, target, { to: 'soaking', because, soak, slot: 'free' })
}

function healthTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  if (ctx.now < healthDeadline(target, ctx)) return null
  const { healthSec } = ctx.policy.timeouts
  const message = `The device booted the image but did not report healthy within ${healthSec} s.`
  const because = { code: 'target.health_timeout', message, healthSec }
  return target.device.connected
    ? move(ctx, target, { to: 'failed', because, reason: 'health', instruct: { kind: 'none' } })
    : move(ctx, target, { to: 'timed_out', because, reason: 'health' })
}

function soaking(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  const off = offImage(target, report, ctx)
  if (off || !bootedTarget(target)) return off
  if (report.bootKey !== target.soakBootKey) {
    const because = { code: 'target.soak_restarted', message: 'The device booted again; its soak starts anew.' }
    return move(ctx, target, { to: 'verifying', because, soak: null })
  }
  if (report.health === 'unhealthy') return becameUnhealthy(target, report, ctx)
  return soaked(target, report, ctx)
}

function becameUnhealthy(target: TargetView, { failedChecks }: ReportView, ctx: Follow): TargetChange {
  const checks = failedChecks.join(', ')
  const message = `The device became unhealthy while it soaked${checks && `: ${checks}`}.`
  const because = { code: 'target.failed.unhealthy', message, checks }
  return move(ctx, target, { to: 'failed', because, reason: 'unhealthy', instruct: { kind: 'none' } })
}

function soaked(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (target.soakUntil === null || report.health !== 'healthy') return null
  if (heardAt(target, report) < target.soakUntil) return null
  const because = { code: 'target.succeeded', message: 'The device booted the image and stayed healthy.' }
  return move(ctx, target, { to: 'succeeded', because, grant: null })
}

// A heartbeat vouches for the last report only on the connection that the report was made on: a device that has just
// come back may have booted something else, and has not said so yet.
function heardAt({ device }: TargetView, report: ReportView): number {
  const { connected, connectedAt, lastSeenAt } = device
  const vouches = connected && connectedAt !== null && report.receivedAt >= connectedAt
  return Math.max(report.receivedAt, vouches ? (lastSeenAt ?? 0) : 0)
}

function soakTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  if (ctx.now < soakDeadline(target, ctx)) return null
  const message = 'Nothing was heard from the device after its soak should have ended.'
  const because = { code: 'target.soak_timeout', message }
  return move(ctx, target, { to: 'timed_out', because, reason: 'soak' })
}

function ruleOf(target: TargetView, { policy, waveRules }: Follow): WaveRule {
  const rule = policy.waves[waveRules[target.wave ?? 0] ?? policy.waves.length - 1] ?? policy.waves.at(-1)
  if (!rule) throw new Error('a policy has at least one wave')
  return rule
}
