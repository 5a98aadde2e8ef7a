import { Blackouts, Budget, Windows, type RolloutPreview } from '@bootfleet/contracts'
import {
  commonPool,
  estimateFinish,
  openClock,
  slotsOf,
  takesFrom,
  windowAt,
  type EstimateGroup,
  type PlannedWave,
  type PolicySpec,
} from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { GroupTally } from './plan-tally.ts'
import { slowestBuckets } from './slowest-buckets.ts'
import { readStepTimes, type KnownTimes } from './step-times.ts'

interface GroupRow {
  id: string
  size: number
  budget: unknown
  windows: unknown
  blackouts: unknown
}

export interface EstimatedPlan {
  readonly channelId: string
  readonly groups: readonly GroupTally[]
  readonly waves: readonly PlannedWave[]
  readonly spec: PolicySpec
  readonly now: Date
}

/** When a rollout would be finished if every device connects and succeeds; `null` when nobody takes part. */
export async function estimatePlan(tx: Tx, plan: EstimatedPlan): Promise<RolloutPreview['estimate']> {
  const { channelId, waves, spec, now } = plan
  const groups = plan.groups.filter(({ devices }) => devices > 0)
  if (groups.length === 0) return null
  const takes = takesFrom(waves, spec.waves)
  const known = await readStepTimes(tx, channelId)
  const rows = await readGroups(tx, groups)
  const of = await Promise.all(
    rows.map(async (row) => {
      const tallies = groups.filter(({ groupId }) => groupId === row.id)
      return {
        row,
        tallies,
        buckets: await slowestBuckets(tx, { groupId: row.id, budget: Budget.parse(row.budget), tallies }),
      }
    }),
  )
  const { p50, p90 } = estimateFinish({
    from: now.getTime(),
    seed: 1,
    groups: of.map(({ row, tallies, buckets }) => ({
      ...toGroup(row, totalOf(tallies), { spec, known }),
      buckets: buckets.map(({ slots }) => slots),
    })),
    waves: waves.map(({ size, rule, index }) => {
      const inWave = of.map(({ tallies, buckets }) => {
        return { mine: tallies.filter(({ pool = commonPool }) => takes[index]?.has(pool)), buckets }
      })
      const share = shareOf(size, inWave)
      return {
        soakSec: spec.waves[rule]?.soakSec ?? 0,
        devices: inWave.map(({ mine }) => Math.ceil(share(totalOf(mine).devices))),
        inBuckets: inWave.map(({ mine, buckets }) =>
          buckets.map(({ value }) => Math.ceil(share(totalOf(mine.filter((one) => one.value === value)).devices))),
        ),
      }
    }),
  })
  return { p50: toIso(p50), p90: toIso(p90), source: known.source, samples: known.samples }
}

type Total = Pick<GroupTally, 'devices' | 'boots' | 'pulling'>

function totalOf(tallies: readonly GroupTally[]): Total {
  const sum = (of: (tally: GroupTally) => number) => tallies.reduce((total, tally) => total + of(tally), 0)
  return {
    devices: sum(({ devices }) => devices),
    boots: sum(({ boots }) => boots),
    pulling: sum(({ devices, pulling = devices }) => pulling),
  }
}

// The order is random, so a wave has about the same mixture of groups and values as the pools that it takes from.
function shareOf(size: number, inWave: readonly { mine: readonly GroupTally[] }[]): (devices: number) => number {
  const all = totalOf(inWave.flatMap(({ mine }) => mine)).devices
  return (devices) => (all === 0 ? 0 : (size * devices) / all)
}

function readGroups(tx: Tx, groups: readonly GroupTally[]): Promise<GroupRow[]> {
  return tx.$queryRaw<GroupRow[]>`
    SELECT g.id::text, g.budget, g.windows, g.blackouts,
      (SELECT coalesce(sum(n.count), 0)::int FROM device_group_count n WHERE n.group_id = g.id) AS size
    FROM device_group g WHERE g.id = ANY(${[...new Set(groups.map(({ groupId }) => groupId))]}::uuid[]) ORDER BY g.id`
}

function toGroup(
  { size, ...row }: GroupRow,
  { devices, boots, pulling = devices }: Total,
  { spec, known: { times } }: { spec: PolicySpec; known: KnownTimes },
): EstimateGroup {
  const { maxUnavailable, maxDownloading } = Budget.parse(row.budget)
  const windows = spec.windows === 'respect' ? Windows.parse(row.windows) : []
  const blackouts = spec.windows === 'respect' ? Blackouts.parse(row.blackouts) : []
  const ranges = blackouts.map(({ from, to, reason }) => ({ from: Date.parse(from), to: Date.parse(to), reason }))
  const opens = openClock((at) => windowAt(windows, ranges, at))
  const hops = devices === 0 ? 1 : boots / devices
  const part = devices === 0 ? 1 : pulling / devices
  return { slots: slotsOf(maxUnavailable, size), maxDownloading, opens, times, hops, pulling: part }
}

function toIso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
