import type { Group, GroupUsage, Window } from '@bootfleet/contracts'
import { instantText } from '@bootfleet/domain'
import { writeDuration } from '../duration.ts'

type Share = Group['budget']['maxUnavailable']

/** How many devices of a group may be down: `10%, 1 per site`. */
export function budgetText({
  maxUnavailable,
  groupBy,
  maxUnavailablePerValue = maxUnavailable,
}: Group['budget']): string {
  const overall = shareText(maxUnavailable)
  return groupBy === undefined ? overall : `${overall}, ${shareText(maxUnavailablePerValue)} per ${groupBy}`
}

/** A window as `--window` takes it. */
export function windowText(window: Window): string {
  if ('cron' in window)
    return `cron ${window.cron} for ${writeDuration(window.durationMin * 60_000)} ${window.timezone}`
  return `${window.days.join(',')} ${window.from}-${window.to} ${window.timezone}`
}

/** Everything that binds the devices of a group, as names and values. */
export function groupFields(group: Group): [name: string, value: string | null][] {
  const { name, description, channel, devices, budget, windows, blackouts, freeze } = group
  return [
    ['Group', name],
    ['For', description],
    ['Channel', channel?.name ?? 'none'],
    ['Devices', String(devices)],
    ['Frozen', freeze && `${freeze.reason} (${freeze.by}, ${instantText(freeze.since)})`],
    ['May be down', budgetText(budget)],
    ['Downloading', `at most ${budget.maxDownloading}`],
    ...(windows.length === 0
      ? [['Windows', `none: at any time${blackouts.length === 0 ? '' : ' but its blackouts'}`] as [string, string]]
      : []),
    ...windows.map((window): [string, string] => ['Window', windowText(window)]),
    ...blackouts.map(({ from, to, reason }): [string, string] => [
      'Blackout',
      `${instantText(from)} .. ${instantText(to)} ${reason}`,
    ]),
  ]
}

/** How much of the budget is used now. */
export function usageFields(usage: GroupUsage): [name: string, value: string | null][] {
  const { slots, taken, notBack, downloading, label, buckets, closed } = usage
  const ended = notBack === 0 ? '' : `, ${notBack} of them ended and not back`
  return [
    ['Down now', `${taken} of ${slots}${ended}`],
    ['Downloading now', String(downloading)],
    ...buckets.map((bucket): [string, string] => [
      bucket.value === null ? `Without ${label}` : `${label}=${bucket.value}`,
      `${bucket.taken} of ${bucket.slots}: ${bucket.holders.join(', ')}`,
    ]),
    // A freeze is told with the group.
    ['Not now', closed?.code === 'group.frozen' ? null : (closed?.message ?? null)],
  ]
}

function shareText(share: Share): string {
  return 'count' in share ? String(share.count) : `${share.percent}%`
}
