import type { Metadata } from 'next'
import Link from 'next/link'
import { AttentionList } from '../../features/fleet/attention-list.tsx'
import { attentionOf } from '../../features/fleet/attention.ts'
import { BootChart } from '../../features/fleet/boot-chart.tsx'
import { FirstSteps } from '../../features/fleet/first-steps.tsx'
import { FleetNumbers } from '../../features/fleet/fleet-numbers.tsx'
import { ImageVersions } from '../../features/fleet/image-versions.tsx'
import { RangeLinks } from '../../features/fleet/range-links.tsx'
import { readRange, ranges } from '../../features/fleet/ranges.ts'
import { RolloutCards } from '../../features/rollouts/rollout-cards.tsx'
import { paths } from '../../lib/paths.ts'
import { text } from '../../lib/search-params.ts'
import { readApi } from '../../lib/server-api.ts'
import { Panel } from '../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Fleet' }

export default async function FleetPage({ searchParams }: PageProps<'/'>) {
  const range = readRange(text((await searchParams).range))
  const { summary, boots, running, paused } = await readFleet(ranges[range].ms)
  if (summary.devices.total === 0 && summary.rollouts.active + summary.rollouts.paused === 0) {
    return <FirstSteps pending={summary.pendingEnrollments} />
  }
  return (
    <>
      <h1>Fleet</h1>
      <FleetNumbers summary={summary} />
      <div className="columns">
        <Panel title="Needs a person">
          <AttentionList items={attentionOf(summary, paused)} />
        </Panel>
        <Panel title="Active rollouts" aside={<Link href={paths.rollouts()}>All rollouts</Link>}>
          <RolloutCards rollouts={[...running, ...paused]} />
        </Panel>
      </div>
      <Panel title="Boot success" aside={<RangeLinks range={range} />}>
        <BootChart boots={boots} />
      </Panel>
      <Panel title="Images in the fleet">
        <ImageVersions booted={summary.booted} />
      </Panel>
    </>
  )
}

function readFleet(rangeMs: number) {
  const since = new Date(Date.now() - rangeMs).toISOString()
  return readApi(async (api) => {
    const inState = async (state: 'running' | 'pausing' | 'aborting' | 'paused') =>
      (await api.rollouts.list({ query: { state, limit: 20 } })).items
    const [summary, boots, running, pausing, aborting, paused] = await Promise.all([
      api.fleet.summary(),
      api.fleet.boots({ query: { since } }),
      inState('running'),
      inState('pausing'),
      inState('aborting'),
      inState('paused'),
    ])
    return { summary, boots, running: [...running, ...pausing, ...aborting], paused }
  })
}
