import { formatSeconds } from '../../lib/amounts.ts'
import type { Budget, Group, Window } from '@bootfleet/contracts'

type Share = Budget['maxUnavailable']

const dayNames = { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' } as const
const dayOrder = Object.keys(dayNames) as (keyof typeof dayNames)[]

/** `3` or `10 %`. */
export function shareText(share: Share): string {
  return 'count' in share ? String(share.count) : `${share.percent} %`
}

/** How many devices may be away at a time: `10 %, and 1 of each site`. */
export function budgetText({ maxUnavailable, groupBy, maxUnavailablePerValue = maxUnavailable }: Budget): string {
  const overall = shareText(maxUnavailable)
  return groupBy === undefined ? overall : `${overall}, and ${shareText(maxUnavailablePerValue)} of each ${groupBy}`
}

/** A window in words: `Mon to Fri 22:00–04:00, Europe/Berlin`. */
export function windowText(window: Window): string {
  if ('cron' in window) return `${window.cron} for ${formatSeconds(window.durationMin * 60)}, ${window.timezone}`
  const overnight = window.to <= window.from ? ' (of the next day)' : ''
  return `${daysText(window.days)} ${window.from}–${window.to}${overnight}, ${window.timezone}`
}

/** The windows of a group in the width of a cell. */
export function windowsText({ windows }: Pick<Group, 'windows'>): string {
  const [first, ...others] = windows
  if (first === undefined) return 'always'
  return others.length === 0 ? windowText(first) : `${windowText(first)} and ${others.length} more`
}

function daysText(days: readonly (keyof typeof dayNames)[]): string {
  const held = dayOrder.filter((day) => days.includes(day))
  if (held.length === 7) return 'every day'
  const [first] = held
  const last = held.at(-1)
  if (first === undefined || last === undefined) return 'never'
  const whole = dayOrder.indexOf(last) - dayOrder.indexOf(first) === held.length - 1
  if (whole && held.length > 2) return `${dayNames[first]} to ${dayNames[last]}`
  return held.map((day) => dayNames[day]).join(', ')
}
