import type { Client } from '@bootfleet/sdk'
import type { FleetBoots, FleetSummary, Rollout } from '@bootfleet/contracts'
import { readApi } from '../../lib/server-api.ts'
import type { Explained } from './attention.ts'
import { ranges, type Range } from './ranges.ts'

/** Rollouts that may need a person are asked why; so many at most. */
const maxExplained = 8

const liveStates: Rollout['state'][] = ['awaiting_approval', 'running', 'pausing', 'paused', 'aborting', 'rolling_back']

export interface FleetView {
  summary: FleetSummary
  boots: FleetBoots
  range: Range
  /** Not ended, the newest first. */
  active: Rollout[]
  /** Those that may need a person, ended ones whose devices failed too. */
  explained: Explained[]
}

/** Reads the overview. Without a range it shows the day, or the last hour while there is nothing older. */
export function readFleet(asked: Range | undefined): Promise<FleetView> {
  return readApi(async (api) => {
    const [summary, boots, { items }, ...live] = await Promise.all([
      api.fleet.summary(),
      readBoots(api, asked ?? 'day'),
      api.rollouts.list({ query: { limit: 10 } }),
      ...liveStates.map((state) => api.rollouts.list({ query: { state, limit: 20 } })),
    ])
    const active = live.flatMap((page) => page.items).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    const ids = new Set(active.map(({ id }) => id))
    const rollouts = [...active, ...items.filter(({ id }) => !ids.has(id))].filter(mayNeedSomebody)
    const [explained, shown] = await Promise.all([explain(api, rollouts), orLastHour(api, boots, asked)])
    return { summary, ...shown, active, explained }
  })
}

function mayNeedSomebody({ state, counts }: Rollout): boolean {
  const failed = counts.failed + counts.timed_out + counts.rolled_back
  return state === 'paused' || state === 'awaiting_approval' || failed + counts.skipped > 0
}

function explain(api: Client, rollouts: Rollout[]): Promise<Explained[]> {
  return Promise.all(
    rollouts.slice(0, maxExplained).map(async (rollout) => {
      const { reasons } = await api.rollouts.explain({ params: { rollout: rollout.id } })
      return { rollout, reasons }
    }),
  )
}

function readBoots(api: Client, range: Range): Promise<FleetBoots> {
  const since = new Date(Date.now() - ranges[range].ms).toISOString()
  return api.fleet.boots({ query: { since } })
}

// A fleet that is minutes old would be one bar at the end of a day.
async function orLastHour(api: Client, boots: FleetBoots, asked: Range | undefined) {
  const first = boots.buckets[0]
  const isYoung = first !== undefined && Date.now() - Date.parse(first.at) < ranges.hour.ms
  if (asked !== undefined || !isYoung) return { boots, range: asked ?? ('day' as const) }
  return { boots: await readBoots(api, 'hour'), range: 'hour' as const }
}
