import type { Metadata } from 'next'
import { Explanation } from '../../../../features/rollouts/explanation.tsx'
import { RolloutFacts } from '../../../../features/rollouts/rollout-facts.tsx'
import { RolloutVerbs } from '../../../../features/rollouts/rollout-verbs.tsx'
import { TargetTable } from '../../../../features/rollouts/target-table.tsx'
import { WaveTable } from '../../../../features/rollouts/wave-table.tsx'
import { paths } from '../../../../lib/paths.ts'
import { text } from '../../../../lib/search-params.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { NextPage } from '../../../../ui/next-page.tsx'

export const metadata: Metadata = { title: 'Rollout' }

export default async function RolloutPage({ params, searchParams }: PageProps<'/rollouts/[rollout]'>) {
  const { rollout: id } = await params
  const cursor = text((await searchParams).cursor)
  const [rollout, explanation, targets] = await readApi((api) =>
    Promise.all([
      api.rollouts.get({ params: { rollout: id } }),
      api.rollouts.explain({ params: { rollout: id } }),
      api.rollouts.targets({ params: { rollout: id }, query: cursor ? { cursor } : {} }),
    ]),
  )
  return (
    <>
      <RolloutFacts rollout={rollout} />
      <RolloutVerbs id={rollout.id} channel={rollout.channel.name} verbs={rollout.verbs} />
      <Explanation reasons={explanation.reasons} />
      <h2>Waves</h2>
      <WaveTable waves={rollout.waves} />
      <h2>Targets</h2>
      <TargetTable targets={targets.items} waves={rollout.waves} />
      <NextPage
        href={targets.nextCursor === null ? undefined : paths.rollout(id, { cursor: targets.nextCursor })}
        first={cursor === undefined ? undefined : paths.rollout(id)}
      />
    </>
  )
}
