import type { TargetChange } from './decision.ts'
import { bootedTarget, move, type Follow } from './move.ts'
import type { ReportView, TargetView } from './view.ts'

const maxAttempts = 3

/** From the grant to a proven, soaked boot. The clocks here run on the server, whether the device is connected or not. */
export function followBoot(target: TargetView, ctx: Follow): TargetChange | null {
  const { report } = target.device
  switch (target.state) {
    case 'granted':
    case 'rebooting':
      return (report && applying(target, report, ctx)) ?? applyTimeout(target, ctx)
    case 'verifying':
      return (report && verifying(target, report, ctx)) ?? healthTimeout(target, ctx)
    case 'soaking':
      return (report && soaking(target, report, ctx)) ?? soakTimeout(target, ctx)
    case 'succeeded':
      return report && report.bootedDigest !== null && !bootedTarget(target) ? regressed(target, ctx) : null
    default:
      return report && target.reason === 'apply' ? reopened(target, report, ctx) : null
  }
}

function applying(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (bootedTarget(target))
    return move(
      target,
      'verifying',
      { code: 'target.booted', message: 'The device booted the image; its health is being checked.' },
      ctx,
    )
  if (report.bootKey !== target.grant?.bootKey) return fellBack(target, report, ctx)
  return target.state === 'granted' ? beforeReboot(target, report, ctx) : rebootCalledOff(target, report, ctx)
}

function beforeReboot(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (target.grant?.conn === null) return grantReturned(target, ctx)
  if (report.phase === 'rebooting')
    return move(target, 'rebooting', { code: 'target.rebooting', message: 'The device is rebooting.' }, ctx)
  const gaveUp = target.recalled && report.grantId === null && report.observedGen >= target.device.desiredGen
  return gaveUp ? grantReturned(target, ctx) : null
}

function rebootCalledOff(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  const later = report.receivedAt > target.stateSince && report.phase !== 'rebooting' && report.grantId === null
  return later ? grantReturned(target, ctx) : null
}

function grantReturned(target: TargetView, ctx: Follow): TargetChange {
  const because = { code: 'target.grant_returned', message: 'The device gave its grant back without rebooting.' }
  return move(target, 'staged', because, ctx, {
    grant: null,
    recalled: false,
    slot: 'free',
    instruct: { kind: 'stage' },
  })
}

// The device booted, and not the target: how it ended is the agent's classification of that boot.
function fellBack(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  const { attempt } = report
  if (!attempt?.outcome || !target.accept.includes(attempt.target)) return null
  const detail = attempt.detail ? ` ${attempt.detail}` : ''
  if (attempt.outcome === 'rolled_back') return rolledBack(target, report, ctx)
  if (attempt.outcome === 'never_finalized' && target.attempts < maxAttempts) {
    const because = {
      code: 'target.never_finalized',
      message: `The update was lost before the device shut down; it is tried again.${detail}`,
    }
    return move(target, 'offered', because, ctx, {
      grant: null,
      attempts: target.attempts + 1,
      instruct: { kind: 'stage' },
    })
  }
  if (attempt.outcome === 'booted_target') return null
  const because = {
    code: `target.failed.${attempt.outcome}`,
    message: `The device is back on another image: ${attempt.outcome}.${detail}`,
  }
  return move(target, 'failed', because, ctx, { reason: attempt.outcome, grant: null, instruct: { kind: 'none' } })
}

function rolledBack(target: TargetView, report: ReportView, ctx: Follow): TargetChange {
  const checks = report.failedChecks.join(', ')
  const reason = /health/.test(report.attempt?.detail ?? '') ? 'health_failed' : 'boot_failed'
  const detail = report.attempt?.detail ? ` ${report.attempt.detail}` : ''
  const message = `The device booted the image, did not come up well and fell back.${detail}`
  const because = { code: 'target.rolled_back', message, ...(checks && { checks }) }
  return move(target, 'rolled_back', because, ctx, { reason, grant: null, instruct: { kind: 'none' } })
}

function applyTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  const { applySec } = ctx.policy.timeouts
  if (!target.grant || ctx.now - target.grant.at < applySec * 1000) return null
  const message = `The device did not prove a boot within ${applySec} s of its grant. Its budget slot stays taken until it reports healthy or is released.`
  const because = { code: 'target.apply_timeout', message, applySec }
  return move(target, 'timed_out', because, ctx, { reason: 'apply', instruct: { kind: 'stage' } })
}

function verifying(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (!bootedTarget(target))
    return report.attempt?.outcome === 'rolled_back' ? rolledBack(target, report, ctx) : leftImage(target, ctx)
  if (report.health !== 'healthy') return null
  const { soakSec } = ruleOf(target, ctx)
  const message = `The device is healthy on the image and must stay so for ${soakSec} s.`
  const soak = { bootKey: report.bootKey, until: ctx.now + soakSec * 1000 }
  return move(target, 'soaking', { code: 'target.soaking', message, soakSec }, ctx, { soak, slot: 'free' })
}

function leftImage(target: TargetView, ctx: Follow): TargetChange {
  const because = { code: 'target.left_image', message: 'The device runs another image again.' }
  return move(target, 'rolled_back', because, ctx, { reason: 'left_image', grant: null, instruct: { kind: 'none' } })
}

function healthTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  // The agent itself gives up after healthSec and rolls back, which may take as long as the apply did.
  const { healthSec, applySec } = ctx.policy.timeouts
  if (ctx.now - target.stateSince < (healthSec + applySec) * 1000) return null
  const because = {
    code: 'target.health_timeout',
    message: `The device booted the image but did not report healthy within ${healthSec} s.`,
    healthSec,
  }
  return target.device.connected
    ? move(target, 'failed', because, ctx, { reason: 'health', instruct: { kind: 'none' } })
    : move(target, 'timed_out', because, ctx, { reason: 'health' })
}

function soaking(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (!bootedTarget(target))
    return report.attempt?.outcome === 'rolled_back' ? rolledBack(target, report, ctx) : leftImage(target, ctx)
  if (report.health === 'unhealthy') {
    const because = {
      code: 'target.failed.unhealthy',
      message: 'The device became unhealthy while it soaked.',
      checks: report.failedChecks.join(', '),
    }
    return move(target, 'failed', because, ctx, { reason: 'unhealthy', instruct: { kind: 'none' } })
  }
  if (report.bootKey !== target.soakBootKey)
    return move(
      target,
      'verifying',
      { code: 'target.soak_restarted', message: 'The device booted again; its soak starts anew.' },
      ctx,
      { soak: null },
    )
  return soaked(target, report, ctx)
}

// Proof needs a sign of life after the deadline: a report, or a heartbeat of a connected device whose last report was healthy.
function soaked(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  const { connected, lastSeenAt } = target.device
  const heardAt = Math.max(report.receivedAt, connected ? (lastSeenAt ?? 0) : 0)
  if (target.soakUntil === null || heardAt < target.soakUntil || report.health !== 'healthy') return null
  const because = { code: 'target.succeeded', message: 'The device booted the image and stayed healthy.' }
  return move(target, 'succeeded', because, ctx, { grant: null })
}

function soakTimeout(target: TargetView, ctx: Follow): TargetChange | null {
  const { applySec } = ctx.policy.timeouts
  if (target.soakUntil === null || ctx.now < target.soakUntil + applySec * 1000) return null
  const because = {
    code: 'target.soak_timeout',
    message: 'Nothing was heard from the device after its soak should have ended.',
  }
  return move(target, 'timed_out', because, ctx, { reason: 'soak' })
}

function regressed(target: TargetView, ctx: Follow): TargetChange {
  const because = {
    code: 'target.regressed',
    message: 'The device had succeeded, and has moved back to another image since.',
  }
  return move(target, 'rolled_back', because, ctx, { reason: 'regressed', event: 'target.regressed' })
}

function reopened(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  if (bootedTarget(target))
    return move(
      target,
      'verifying',
      { code: 'target.booted_late', message: 'The device came back late, on the image.' },
      ctx,
    )
  if (report.receivedAt <= target.stateSince) return null
  if (report.bootKey !== target.grant?.bootKey) return fellBackLate(target, report, ctx)
  const because = {
    code: 'target.reopened',
    message: 'The device reports that it never rebooted; the target is open again.',
  }
  return move(target, 'offered', because, ctx, { grant: null, slot: 'free', instruct: { kind: 'stage' } })
}

function fellBackLate(target: TargetView, report: ReportView, ctx: Follow): TargetChange | null {
  const failed = report.attempt?.outcome === 'rolled_back' && target.accept.includes(report.attempt.target)
  return failed ? rolledBack(target, report, ctx) : null
}

function ruleOf(target: TargetView, { policy, waveRules }: Follow) {
  const rule = policy.waves[waveRules[target.wave ?? 0] ?? policy.waves.length - 1] ?? policy.waves.at(-1)
  if (!rule) throw new Error('a policy has at least one wave')
  return rule
}
