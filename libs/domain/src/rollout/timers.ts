import { afterOpenTime } from '../window/after-open-time.ts'
import type { Calendar } from '../window/closed-between.ts'
import { backedOffUntil } from './grant-backoff.ts'
import { hasMoreHops } from './hop.ts'
import type { RolloutState } from './lifecycle.ts'
import type { PolicySpec } from './policy.ts'
import { pulledFor } from './pull-clock.ts'
import type { Instant, TargetView } from './view.ts'

/** What following a device needs beside the device. */
export interface Follow {
  readonly policy: PolicySpec
  readonly now: Instant
  readonly state: RolloutState
  /** For each wave, the place of its rule in the policy. */
  readonly waveRules: readonly number[]
  /** The rollout is rolled back: who leaves the image was taken back on purpose. */
  readonly rollsBack?: boolean
  /** Clocks of devices on the image count from here, as they stood still before. */
  readonly clocksFrom?: Instant
  /** Windows of a group, where they bind the rollout. */
  readonly calendarOf?: (groupId: string) => Calendar | undefined
  /** When the observation of the rollout is over. */
  readonly observedUntil?: Instant | null
}

const silenceCheckMs = 5_000
const standstillMs = 300_000

/** Whether a device on the image is only waited for to leave it. Who is at a stop on the way has not come to it. */
export function standsStill(target: TargetView, { rollsBack, state }: Follow): boolean {
  return rollsBack === true && state === 'rolling_back' && !hasMoreHops(target)
}

/** When a target must be looked at again even if its device says nothing; `null`: only a report can change it. */
export function dueAfter(target: TargetView, follow: Follow): Instant | null {
  const { policy, now } = follow
  switch (target.state) {
    case 'pending':
      return target.wave === null && follow.state !== 'completed' ? null : silenceDue(target, follow)
    case 'staged':
      return earliest([silenceDue(target, follow), backedOffUntil(target, now)])
    case 'offered':
    case 'downloading':
      return earliest([silenceDue(target, follow), downloadDeadline(target, follow), backedOffUntil(target, now)])
    case 'granted':
    case 'rebooting':
      return applyDeadline(target, policy)
    case 'verifying':
      return standsStill(target, follow) ? now + standstillMs : healthDeadline(target, follow)
    case 'soaking':
      return standsStill(target, follow) ? now + standstillMs : soakDue(target, follow)
    default:
      return null
  }
}

/**
 * When a silent device gives up its place in the wave; `null` while it is connected, or may take its time. Where that is a
 * failure, time in which its windows are closed does not count.
 */
export function unreachableAt(target: TargetView, { policy, calendarOf }: Follow): Instant | null {
  const { timeouts, unreachable } = policy
  if (target.device.connected || unreachable === 'wait') return null
  const since = silentSince(target)
  const calendar = unreachable === 'fail' ? calendarOf?.(target.groupId) : undefined
  const ms = timeouts.unreachableAfterSec * 1000
  return calendar ? afterOpenTime(calendar, since, ms) : since + ms
}

/** Since when a device that is away has been silent, as far as that matters to its target. */
export function silentSince({ device, stateSince }: TargetView): Instant {
  return Math.max(device.lastSeenAt ?? 0, stateSince)
}

/**
 * When the image must be staged. Runs while connected, over as many connections as there are, and not for a device that
 * downloads only after its grant.
 */
export function downloadDeadline(target: TargetView, { policy: { timeouts }, now }: Follow): Instant | null {
  const { device, state, stateSince } = target
  const waitsForGrant = !device.canLock && state === 'offered'
  if (state === 'staged' || !device.connected || waitsForGrant) return null
  const pulled = pulledFor(target, now)
  const since = pulled === null ? Math.max(stateSince, device.connectedAt ?? 0) : now - pulled
  return since + timeouts.downloadSec * 1000
}

/** When a boot must be proven, from the first giving of the grant on, connected or not. */
export function applyDeadline(target: TargetView, policy: PolicySpec): Instant {
  return (target.grant?.at ?? target.stateSince) + applySec(target, policy) * 1000
}

/** A device that cannot hold a stage back downloads only after its grant: that time is not its reboot's. */
export function applySec({ device }: TargetView, { timeouts }: PolicySpec): number {
  return device.canLock ? timeouts.applySec : timeouts.downloadSec + timeouts.applySec
}

/** The agent itself gives up after `healthSec` and rolls back, which may take as long as the apply did. */
export function healthDeadline({ stateSince }: TargetView, { policy: { timeouts }, clocksFrom = 0 }: Follow): Instant {
  return Math.max(stateSince, clocksFrom) + (timeouts.healthSec + timeouts.applySec) * 1000
}

/** When a soak fails that nothing ended. */
export function soakDeadline({ soakUntil, stateSince }: TargetView, { policy, clocksFrom = 0 }: Follow): Instant {
  return Math.max(soakUntil ?? stateSince, clocksFrom) + policy.timeouts.applySec * 1000
}

// Past its end only a sign of life is missing. A heartbeat is one, and makes no target due: look for it now and then.
function soakDue(target: TargetView, follow: Follow): Instant {
  const { now } = follow
  if (target.soakUntil !== null && target.soakUntil > now) return target.soakUntil
  const deadline = soakDeadline(target, follow)
  return target.device.connected ? Math.min(now + silenceCheckMs, deadline) : deadline
}

// A connection may end without a word, so a connected device is looked at as well.
function silenceDue(target: TargetView, follow: Follow): Instant | null {
  const { policy, now, state } = follow
  if (state === 'completed' && !target.device.connected) return leftBehindAt(target, follow)
  return target.device.connected ? now + policy.timeouts.unreachableAfterSec * 1000 : unreachableAt(target, follow)
}

// Nothing else looks for who falls silent while it converges, whatever the policy says of silent devices.
function leftBehindAt(target: TargetView, { policy, now }: Follow): Instant {
  const ms = policy.timeouts.unreachableAfterSec * 1000
  const at = silentSince(target) + ms
  return at > now ? at : now + ms
}

/** The first of some times; `null` when there is none. */
export function earliest(times: readonly (Instant | null)[]): Instant | null {
  const known = times.filter((time) => time !== null)
  return known.length > 0 ? Math.min(...known) : null
}
