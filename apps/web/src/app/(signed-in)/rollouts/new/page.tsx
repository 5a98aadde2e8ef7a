import type { Metadata } from 'next'
import Link from 'next/link'
import { PlanForm } from '../../../../features/plan/plan-form.tsx'
import { PreviewPanels } from '../../../../features/plan/preview-panels.tsx'
import { peopleOf } from '../../../../features/plan/people-of.ts'
import { readPlan } from '../../../../features/plan/read-plan.ts'
import { StartPlan } from '../../../../features/plan/start-plan.tsx'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { text } from '../../../../lib/search-params.ts'
import { EmptyState } from '../../../../ui/empty-state.tsx'

export const metadata: Metadata = { title: 'Plan a rollout' }

export default async function NewRolloutPage({ searchParams }: PageProps<'/rollouts/new'>) {
  const { channel, release, policy, selector, exclude } = await searchParams
  const asked = {
    channel: text(channel),
    release: text(release),
    policy: text(policy),
    selector: text(selector),
    exclude: text(exclude),
  }
  const [view, me] = await Promise.all([readPlan(asked), readMe()])
  const { plan, preview, problem, channels, releases } = view
  if (channels.length === 0) {
    return (
      <>
        <h1>Plan a rollout</h1>
        <EmptyState title="There is no channel to roll out to">
          <Link href={paths.channels()}>Create a channel</Link>
        </EmptyState>
      </>
    )
  }
  return (
    <>
      <h1>Plan a rollout</h1>
      <PlanForm {...view} />
      {releases.length === 0 && (
        <EmptyState title={`${plan.channel} has no release`}>
          <Link href={paths.channel(plan.channel ?? '')}>Publish one</Link>
        </EmptyState>
      )}
      {problem && <p role="alert">{problem.detail}</p>}
      {preview && (
        <>
          <StartPlan
            id={preview.id}
            plan={plan}
            eligible={preview.eligible}
            first={preview.waves[0]}
            people={peopleOf(view)}
            createRefusal={refusalOf(me, 'rollout:create')}
            startRefusal={refusalOf(me, 'rollout:start')}
          />
          <PreviewPanels preview={preview} />
        </>
      )}
    </>
  )
}
