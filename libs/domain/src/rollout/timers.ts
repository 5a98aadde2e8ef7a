import type { PolicySpec } from './policy.ts'
import type { Instant, TargetView } from './view.ts'

/** What following a device needs beside the device. */
export interface Follow {
  readonly policy: PolicySpec
  readonly now: Instant
  /** For each wave, the place of its rule in the policy. */
  readonly waveRules: readonly number[]
}

const silenceCheckMs = 5_000

/** When a target must be looked at again even if its device says nothing; `null`: only a report can change it. */
export function dueAfter(target: TargetView, { policy, now }: Follow): Instant | null {
  const { timeouts } = policy
  switch (target.state) {
    case 'pending':
      return target.wave === null ? null : now + timeouts.unreachableAfterSec * 1000
    case 'offered':
    case 'downloading':
    case 'staged':
      return now + Math.min(timeouts.unreachableAfterSec, timeouts.downloadSec) * 1000
    case 'granted':
    case 'rebooting':
      return (target.grant?.at ?? now) + timeouts.applySec * 1000
    case 'verifying':
      return target.stateSince + (timeouts.healthSec + timeouts.applySec) * 1000
    case 'soaking':
      // Past the deadline only a sign of life is missing; look for it now and then.
      return target.soakUntil !== null && target.soakUntil > now ? target.soakUntil : now + silenceCheckMs
    default:
      return null
  }
}
