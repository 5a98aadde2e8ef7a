import { TargetState, type Rollout, type TargetPage } from '@bootfleet/contracts'
import type { Metadata } from 'next'
import { EventList } from '../../../../features/rollouts/event-list.tsx'
import { Explanation } from '../../../../features/rollouts/explanation.tsx'
import { foldEvents } from '../../../../features/rollouts/fold-events.ts'
import { readWaveTargets } from '../../../../features/rollouts/read-wave-targets.ts'
import { RolloutFacts } from '../../../../features/rollouts/rollout-facts.tsx'
import { RolloutVerbs } from '../../../../features/rollouts/rollout-verbs.tsx'
import { SignalBanner } from '../../../../features/rollouts/signal-banner.tsx'
import { TargetFilters } from '../../../../features/rollouts/target-filters.tsx'
import { TargetTable } from '../../../../features/rollouts/target-table.tsx'
import { WavePanel } from '../../../../features/rollouts/wave-panel.tsx'
import { paths, type TargetFilters as Filters } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { choice, text } from '../../../../lib/search-params.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { EmptyState } from '../../../../ui/empty-state.tsx'
import { NextPage } from '../../../../ui/next-page.tsx'
import { Panel } from '../../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Rollout' }

export default async function RolloutPage({ params, searchParams }: PageProps<'/rollouts/[rollout]'>) {
  const { rollout: id } = await params
  const query = await searchParams
  const filters = {
    wave: /^\d{1,2}$/.test(text(query.wave) ?? '') ? text(query.wave) : undefined,
    state: choice(query.state, TargetState.options),
    excused: choice(query.excused, ['true'] as const),
    cursor: text(query.cursor),
  }
  const [{ rollout, explanation, targets, events, members }, me] = await Promise.all([
    readRollout(id, filters),
    readMe(),
  ])
  const reasons = explanation.reasons.filter(({ message }) => message !== rollout.because.message)
  const names = new Map(
    [...members.values(), targets.items].flat().map((target) => [target.deviceId, target.deviceName]),
  )
  return (
    <>
      <RolloutFacts rollout={rollout} />
      <SignalBanner rollout={rollout} />
      <RolloutVerbs rollout={rollout} />
      {reasons.length > 0 && (
        <Panel title="What it waits for">
          <Explanation reasons={reasons} none="Nothing." />
        </Panel>
      )}
      <Panel title="Waves">
        {rollout.waves.length === 0 && <p className="quiet">The waves are made when the rollout starts.</p>}
        <ol className="waves">
          {rollout.waves.map((wave) => (
            <WavePanel key={wave.index} rollout={rollout} wave={wave} targets={members.get(wave.index)} />
          ))}
        </ol>
      </Panel>
      <Panel title="Targets">
        <Targets rollout={rollout} targets={targets} filters={filters} refusal={refusalOf(me, 'rollout:control')} />
      </Panel>
      <Panel title="What happened">
        <EventList label="Events, the newest first" events={foldEvents(events.items).slice(0, 25)} names={names} />
      </Panel>
    </>
  )
}

interface TargetsProps {
  rollout: Rollout
  targets: TargetPageView
  filters: Filters
  refusal: string | undefined
}

function Targets({ rollout, targets, filters, refusal }: TargetsProps) {
  const { cursor, ...narrowed } = filters
  const isNarrowed = Boolean(filters.wave ?? filters.state ?? filters.excused)
  if (targets.items.length === 0 && !isNarrowed) {
    return <EmptyState title="The list of targets is made when the rollout starts" />
  }
  return (
    <>
      <TargetFilters id={rollout.id} waves={rollout.waves} filters={filters} />
      {targets.items.length === 0 ? (
        <EmptyState title="No target is like that now" />
      ) : (
        <TargetTable rollout={rollout} targets={targets.items} refusal={refusal} />
      )}
      <NextPage
        href={
          targets.nextCursor === null
            ? undefined
            : paths.rollout(rollout.id, { ...narrowed, cursor: targets.nextCursor })
        }
        first={cursor === undefined ? undefined : paths.rollout(rollout.id, narrowed)}
      />
    </>
  )
}

type TargetPageView = ReturnType<(typeof TargetPage)['parse']>

function readRollout(id: string, { wave, state, excused, cursor }: Filters) {
  const params = { rollout: id }
  return readApi(async (api) => {
    const query = {
      limit: 25,
      ...(wave && { wave }),
      ...(state && { state: TargetState.parse(state) }),
      ...(excused && { excused }),
      ...(cursor && { cursor }),
    }
    const [rollout, explanation, targets, events] = await Promise.all([
      api.rollouts.get({ params }),
      api.rollouts.explain({ params }),
      api.rollouts.targets({ params, query }),
      api.rollouts.events({ params, query: { limit: 200 } }),
    ])
    return { rollout, explanation, targets, events, members: await readWaveTargets(api, rollout) }
  })
}
