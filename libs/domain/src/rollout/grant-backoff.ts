import type { Because } from './because.ts'
import { instantText } from './instant-text.ts'
import type { GrantBackoff, Instant, TargetView } from './view.ts'

const firstMs = 15_000
const longestMs = 1_800_000

/** A device that gave another grant back waits twice as long as the last time: what it cannot use now others can. */
export function afterReturn({ backoff }: TargetView, now: Instant): GrantBackoff {
  const returned = (backoff?.returned ?? 0) + 1
  return { returned, until: now + Math.min(firstMs * 2 ** Math.min(returned - 1, 20), longestMs) }
}

/** Until when a device that keeps giving grants back gets none; `null` when it may have one. */
export function backedOffUntil({ backoff }: TargetView, now: Instant): Instant | null {
  return backoff && backoff.until > now ? backoff.until : null
}

/** Why a device that gave its grants back waits for the next. */
export function whyBackedOff({ returned, until }: GrantBackoff): Because {
  const grants = returned === 1 ? 'its grant' : `${returned} grants in a row`
  const message = `The device gave ${grants} back without rebooting; it gets another from ${instantText(until)} on.`
  return { code: 'target.grant_backoff', message, returned, until }
}
