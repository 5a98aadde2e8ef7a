import type { Metadata } from 'next'
import Link from 'next/link'
import { DemoBanner } from '../../features/demo/demo-banner.tsx'
import { AttentionList } from '../../features/fleet/attention-list.tsx'
import { attentionOf } from '../../features/fleet/attention.ts'
import { BootChart } from '../../features/fleet/boot-chart.tsx'
import { FirstSteps } from '../../features/fleet/first-steps.tsx'
import { FleetNumbers } from '../../features/fleet/fleet-numbers.tsx'
import { ImageVersions } from '../../features/fleet/image-versions.tsx'
import { RangeLinks } from '../../features/fleet/range-links.tsx'
import { readRange } from '../../features/fleet/ranges.ts'
import { readFleet } from '../../features/fleet/read-fleet.ts'
import { RolloutCards } from '../../features/rollouts/rollout-cards.tsx'
import { paths } from '../../lib/paths.ts'
import { readDemo } from '../../lib/read-demo.ts'
import { readMe, refusalOf } from '../../lib/read-me.ts'
import { text } from '../../lib/search-params.ts'
import { readApi } from '../../lib/server-api.ts'
import { Panel } from '../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Fleet' }

export default async function FleetPage({ searchParams }: PageProps<'/'>) {
  const asked = readRange(text((await searchParams).range))
  const [{ summary, boots, range, active, explained }, demo, me, channels] = await Promise.all([
    readFleet(asked),
    readDemo(),
    readMe(),
    readApi((api) => api.channels.list({ query: { limit: 200 } })),
  ])
  const banner = demo && <DemoBanner demo={demo} refusal={refusalOf(me, 'demo:write')} />
  if (summary.devices.total === 0 && active.length === 0) {
    return (
      <>
        <h1>Fleet</h1>
        {banner ?? <FirstSteps pending={summary.pendingEnrollments} />}
      </>
    )
  }
  return (
    <>
      <h1>Fleet</h1>
      {banner}
      <FleetNumbers summary={summary} />
      <div className="columns">
        <Panel title="Needs a person">
          <AttentionList items={attentionOf(summary, explained)} />
        </Panel>
        <Panel title="Active rollouts" aside={<Link href={paths.rollouts()}>All rollouts</Link>}>
          <RolloutCards rollouts={active} />
        </Panel>
      </div>
      <Panel title="Boot success" aside={<RangeLinks range={range} />}>
        <BootChart boots={boots} />
      </Panel>
      <Panel title="Images in the fleet">
        <ImageVersions
          booted={summary.booted}
          channels={channels.items.map(({ name }) => name)}
          refusal={refusalOf(me, 'release:create')}
        />
      </Panel>
    </>
  )
}
