import type { Because } from '../rollout/because.ts'
import { instantText } from '../rollout/instant-text.ts'
import type { RolloutView } from '../rollout/view.ts'
import { expectedMinute, standingOf, standingText } from './standing.ts'

/** Adds to the reason of a rollout that is finished now how that compares with what was expected when it started. */
export function withTime(because: Because, { expected }: Pick<RolloutView, 'expected'>, now: number): Because {
  if (!expected) return because
  const { startedAt, p50, p90 } = expected
  const tookSec = Math.max(0, Math.round((now - startedAt) / 1000))
  const standing = standingOf(expected, now)
  if (p50 === null || p90 === null || standing === null) return { ...because, tookSec }
  const by = { p50: new Date(p50).toISOString(), p90: new Date(p90).toISOString() }
  const message = `${because.message} It was expected by ${minuteText(p50)} (half of the tries) or ${minuteText(p90)} (nine of ten), and took ${spanText(tookSec)}: ${standingText[standing]}.`
  return { ...because, message, tookSec, expectedP50: by.p50, expectedP90: by.p90, standing }
}

function minuteText(at: number): string {
  return instantText(expectedMinute(at))
}

function spanText(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first < 0) return '0 s'
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0)
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ')
}
