import type { Instant } from '../rollout/instant.ts'
import type { Calendar } from './closed-between.ts'
import { windowAt } from './window-at.ts'

const mostChanges = 1000

/** When devices will have been allowed to apply for so many milliseconds since then; `null`: not as far as can be seen. */
export function afterOpenTime({ windows, blackouts }: Calendar, since: Instant, ms: number): Instant | null {
  let [at, left]: [Instant, number] = [since, ms]
  for (let change = 0; change < mostChanges; change++) {
    const { open, until, reopensAt } = windowAt(windows, blackouts, at)
    if (open && (until === null || until - at >= left)) return at + left
    const next = open ? until : reopensAt
    if (next === null) return null
    if (open) left -= next - at
    at = next
  }
  return null
}
