import { Blackouts, Budget, Windows } from '@bootfleet/contracts'
import {
  closedBetween,
  instantText,
  slotsOf,
  windowAt,
  type Because,
  type GroupView,
  type WindowState,
} from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { loadBuckets, loadHolders } from './load-buckets.ts'

interface GroupRow {
  id: string
  name: string
  budget: unknown
  windows: unknown
  blackouts: unknown
  frozenBy: string | null
  freezeReason: string | null
  size: number
  slotsTaken: number
  downloading: number
}

export interface GroupsInput {
  readonly groupIds: readonly string[]
  readonly now: Date
  readonly respectWindows: boolean
  /** Asks how long the windows were closed since then. */
  readonly closedSince?: number | null | undefined
}

/** Budgets of these groups over all rollouts, and whether they may be granted anything now. */
export async function loadGroups(tx: Tx, input: GroupsInput): Promise<Record<string, GroupView>> {
  if (input.groupIds.length === 0) return {}
  const rows = await tx.$queryRaw<GroupRow[]>`
    SELECT g.id::text, g.name, g.budget, g.windows, g.blackouts,
      CASE WHEN o.frozen_at IS NOT NULL THEN o.frozen_by ELSE CASE WHEN g.frozen_at IS NOT NULL THEN g.frozen_by END END AS "frozenBy",
      CASE WHEN o.frozen_at IS NOT NULL THEN o.freeze_reason ELSE g.freeze_reason END AS "freezeReason",
      CASE WHEN coalesce(g.budget -> 'maxUnavailable' ? 'count', false) THEN 0
        ELSE (SELECT coalesce(sum(n.count), 0)::int FROM device_group_count n WHERE n.group_id = g.id) END AS size,
      (SELECT count(*)::int FROM budget_slot b WHERE b.group_id = g.id) AS "slotsTaken",
      (SELECT count(*)::int FROM rollout_target t JOIN rollout r ON r.id = t.rollout_id
        WHERE t.group_id = g.id AND t.state IN ('offered', 'downloading') AND r.state IN ('running', 'pausing', 'paused', 'completed'))
        AS downloading
    FROM device_group g JOIN organization o ON o.id = g.organization_id
    WHERE g.id = ANY(${[...input.groupIds]}::uuid[])`
  const groups = rows.map((row) => ({ ...row, groupId: row.id, budget: Budget.parse(row.budget) }))
  const buckets = await loadBuckets(tx, groups)
  const holders = await loadHolders(
    tx,
    groups.filter(isFull).map(({ id }) => id),
  )
  return Object.fromEntries(
    groups.map((group) => {
      const { id } = group
      return [id, { ...toGroup(group, input), holders: holders.get(id), buckets: buckets.get(id) }]
    }),
  )
}

type ReadGroup = Omit<GroupRow, 'budget'> & { budget: Budget }

function isFull({ slotsTaken, budget, size }: ReadGroup): boolean {
  return slotsTaken >= slotsOf(budget.maxUnavailable, size)
}

function toGroup(row: ReadGroup, { now, respectWindows, closedSince = null }: GroupsInput): GroupView {
  const { budget } = row
  const calendar = calendarOf(row)
  const { windows, blackouts } = calendar
  const window = respectWindows ? windowAt(windows, blackouts, now.getTime()) : undefined
  const frozen = frozenBecause(row)
  return {
    slots: slotsOf(budget.maxUnavailable, row.size),
    slotsTaken: row.slotsTaken,
    maxDownloading: budget.maxDownloading,
    downloading: row.downloading,
    closed: frozen ?? (window && !window.open ? windowBecause(row.name, window) : null),
    windowUntil: window?.open ? window.until : null,
    reopensAt: window?.reopensAt ?? null,
    calendar: boundBy(respectWindows, calendar),
    closedMs:
      respectWindows && closedSince !== null ? closedBetween({ windows, blackouts }, closedSince, now.getTime()) : 0,
  }
}

function boundBy<T>(respectWindows: boolean, calendar: T): T | undefined {
  return respectWindows ? calendar : undefined
}

function calendarOf(row: ReadGroup) {
  const blackouts = Blackouts.parse(row.blackouts).map(({ from, to, reason }) => {
    return { from: Date.parse(from), to: Date.parse(to), reason }
  })
  return { windows: Windows.parse(row.windows), blackouts }
}

function frozenBecause({ name, frozenBy, freezeReason }: ReadGroup): Because | null {
  if (frozenBy === null) return null
  const message = `Frozen by ${frozenBy}${freezeReason ? `: ${freezeReason}` : ''}. Nothing is granted until it is lifted.`
  return { code: 'group.frozen', message, group: name }
}

function windowBecause(group: string, { reopensAt, reason }: WindowState): Because {
  if (reopensAt === null) {
    const message = `The maintenance window of group "${group}" never opens: change its windows or its blackouts.`
    return { code: 'window.never_opens', message, group }
  }
  const iso = new Date(reopensAt).toISOString()
  const when = `It opens at ${instantText(reopensAt)}.`
  if (reason?.code === 'window.blackout') {
    const [from, to] = [reason['from'], reason['to']].map((at) => new Date(Number(at)).toISOString())
    return { ...reason, from, to, message: `${reason.message} (group "${group}"). ${when}`, group, reopensAt: iso }
  }
  const message = `The maintenance window of group "${group}" is closed. ${when}`
  return { code: 'window.closed', message, group, reopensAt: iso }
}
