import { windowAt } from '@bootfleet/domain'
import type { Freeze, Group } from '@bootfleet/contracts'
import type { Tone } from '../../ui/badge.tsx'

/** Whether devices of a group may apply now, in a word. `everywhere`: the freeze of the organization. */
export function groupState(
  { freeze, windows, blackouts }: Group,
  { now, everywhere }: { now: number; everywhere: Freeze | null },
): { state: string; tone: Tone } {
  if (freeze !== null || everywhere !== null) return { state: 'frozen', tone: 'bad' }
  const ranges = blackouts.map(({ from, to, reason }) => ({ from: Date.parse(from), to: Date.parse(to), reason }))
  const { open, reason } = windowAt(windows, ranges, now)
  if (open) return { state: 'open', tone: 'good' }
  return { state: reason?.code === 'window.blackout' ? 'blackout' : 'closed', tone: 'quiet' }
}
