import type { Group } from '@bootfleet/contracts'
import { instantText, windowAt } from '@bootfleet/domain'
import { budgetText } from './group-text.ts'

type Rules = Pick<Group, 'budget' | 'windows' | 'blackouts'>

/** How many devices of a group may be down and when, in sentences. Blackouts that are over by `now` are left out. */
export function mayBeDown({ budget, windows, blackouts }: Rules, now: number): string {
  const ahead = blackouts
    .map(({ from, to, reason }) => ({ from: Date.parse(from), to: Date.parse(to), reason }))
    .filter(({ to }) => to > now)
  const always = ahead.length === 0 ? 'at any time' : 'at any time but its blackouts'
  const within = `in ${windows.length === 1 ? 'its window' : 'its windows'}${ahead.length === 0 ? '' : ' but not in its blackouts'}`
  const most = `At most ${budgetText(budget)} of its devices may be down at the same time, ${windows.length === 0 ? always : within}.`
  const { reason, reopensAt } = windowAt(windows, ahead, now)
  if (reason?.code !== 'window.blackout') return most
  const then = reopensAt === null ? 'never opens' : `opens at ${instantText(reopensAt)}`
  return `${most} Now it is in a blackout, and ${then}.`
}
