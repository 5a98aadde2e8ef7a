'use client'

import { useRouter } from 'next/navigation'
import { counted } from '../../lib/amounts.ts'
import { paths, type RolloutPlan } from '../../lib/paths.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { rolloutBody } from './rollout-body.ts'

interface StartPlanProps {
  plan: RolloutPlan
  eligible: number
  /** Name and size of the first wave. */
  first: { name: string; size: number } | undefined
  /** Why the caller may not. */
  createRefusal: string | undefined
  startRefusal: string | undefined
}

/** Makes the rollout that was planned, and leads to it. */
export function StartPlan({ plan, eligible, first, createRefusal, startRefusal }: StartPlanProps) {
  const { run, busy, problem } = useAction()
  const router = useRouter()
  async function create(start: 'now' | 'draft') {
    const made = await run((api) => api.rollouts.create({ body: { ...rolloutBody(plan), start } }))
    if (made) router.push(paths.rollout(made.id))
  }
  const nobody = first === undefined ? 'No device would get it.' : undefined
  return (
    <div className="verbs">
      <ActionButton
        primary
        label="Start rollout"
        busy={busy}
        reason={createRefusal ?? startRefusal ?? nobody}
        confirm={
          <p>
            {counted(eligible, 'device')} of <strong>{plan.channel}</strong>, wave by wave. It begins at once with{' '}
            {first && `${first.name}: ${counted(first.size, 'device')}`}.
          </p>
        }
        onUse={() => void create('now')}
      />
      <ActionButton label="Save as draft" busy={busy} reason={createRefusal} onUse={() => void create('draft')} />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}
