import { Blackouts, Budget, Windows, type RolloutPreview } from '@bootfleet/contracts'
import {
  estimateFinish,
  openClock,
  slotsOf,
  windowAt,
  type EstimateGroup,
  type PlannedWave,
  type PolicySpec,
} from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { eligibilitySql, type Selection } from './eligibility.ts'
import { readStepTimes, type KnownTimes } from './step-times.ts'

interface GroupRow {
  devices: number
  hops: number
  size: number
  budget: unknown
  windows: unknown
  blackouts: unknown
}

interface Planned {
  readonly waves: readonly PlannedWave[]
  readonly spec: PolicySpec
  readonly now: Date
}

/** When the rollout would be finished if every device connects and succeeds; `null` when nobody takes part. */
export async function previewEstimate(
  tx: Tx,
  selection: Selection,
  planned: Planned,
): Promise<RolloutPreview['estimate']> {
  const { waves, spec, now } = planned
  const rows = await readGroups(tx, selection)
  const total = rows.reduce((sum, { devices }) => sum + devices, 0)
  if (total === 0) return null
  const known = await readStepTimes(tx, selection.channelId)
  const { p50, p90 } = estimateFinish({
    from: now.getTime(),
    seed: 1,
    groups: rows.map((row) => toGroup(row, spec, known)),
    // The order is random, so each wave has about the same mixture of groups.
    waves: waves.map(({ size, rule }) => ({
      soakSec: spec.waves[rule]?.soakSec ?? 0,
      devices: rows.map(({ devices }) => Math.ceil((size * devices) / total)),
    })),
  })
  return { p50: toIso(p50), p90: toIso(p90), source: known.source, samples: known.samples }
}

function readGroups(tx: Tx, selection: Selection): Promise<GroupRow[]> {
  return tx.$queryRaw<GroupRow[]>`
    SELECT e.devices, e.hops, g.budget, g.windows, g.blackouts,
      (SELECT count(*)::int FROM device d WHERE d.group_id = g.id AND d.removed_at IS NULL) AS size
    FROM (
      SELECT group_id, count(*)::int AS devices, avg(1 + coalesce(jsonb_array_length(hops), 0))::float8 AS hops
      FROM (${eligibilitySql(selection)}) AS all_of WHERE skip IS NULL GROUP BY group_id) AS e
    JOIN device_group g ON g.id = e.group_id ORDER BY g.id`
}

function toGroup({ hops, size, ...row }: GroupRow, spec: PolicySpec, { times }: KnownTimes): EstimateGroup {
  const { maxUnavailable, maxDownloading } = Budget.parse(row.budget)
  const windows = spec.windows === 'respect' ? Windows.parse(row.windows) : []
  const blackouts = spec.windows === 'respect' ? Blackouts.parse(row.blackouts) : []
  const ranges = blackouts.map(({ from, to, reason }) => ({ from: Date.parse(from), to: Date.parse(to), reason }))
  const opens = openClock((at) => windowAt(windows, ranges, at))
  return { slots: slotsOf(maxUnavailable, size), maxDownloading, opens, times, hops }
}

function toIso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
