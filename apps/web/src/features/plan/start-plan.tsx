'use client'

import { useRouter } from 'next/navigation'
import { counted } from '../../lib/amounts.ts'
import { paths, type RolloutPlan } from '../../lib/paths.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { StartAtField, startAtOf } from '../rollouts/start-at-field.tsx'
import type { People } from './people-of.ts'
import { rolloutBody } from './rollout-body.ts'

interface StartPlanProps {
  /** Of the preview that is shown: what it shows is what is made. */
  id: string
  plan: RolloutPlan
  eligible: number
  /** Name and size of the first wave. */
  first: { name: string; size: number } | undefined
  people: People
  /** Why the caller may not. */
  createRefusal: string | undefined
  startRefusal: string | undefined
}

/** Makes the rollout that was planned, and leads to it. */
export function StartPlan({ id, plan, eligible, first, people, createRefusal, startRefusal }: StartPlanProps) {
  const { run, busy, problem } = useAction()
  const router = useRouter()
  async function create(start: string) {
    const made = await run((api) => api.rollouts.create({ body: { ...rolloutBody(plan), id, start } }))
    if (made) router.push(paths.rollout(made.id))
  }
  const nobody = first === undefined ? 'No device would get it.' : undefined
  const what = (
    <p>
      {counted(eligible, 'device')} of <strong>{plan.channel}</strong>, wave by wave.
    </p>
  )
  return (
    <div className="verbs">
      <ActionButton
        primary
        label="Start rollout"
        busy={busy}
        reason={createRefusal ?? startRefusal ?? nobody}
        confirm={
          <>
            {what}
            {people.approvals === 0 && first && (
              <p>
                It begins at once with {first.name}: {counted(first.size, 'device')}.
              </p>
            )}
            <PeopleNote people={people} />
          </>
        }
        onUse={() => void create('now')}
      />
      <ActionButton
        label="Schedule"
        busy={busy}
        reason={createRefusal ?? startRefusal ?? nobody}
        confirm={
          <>
            {what}
            <StartAtField />
            <PeopleNote people={people} />
          </>
        }
        onUse={(fields) => void create(startAtOf(fields) ?? 'draft')}
      />
      <ActionButton label="Save as draft" busy={busy} reason={createRefusal} onUse={() => void create('draft')} />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}

/** Whom it waits for, which whoever starts it should know before. */
function PeopleNote({ people: { approvals, manualWaves } }: { people: People }) {
  return (
    <>
      {approvals > 0 && (
        <p>
          {counted(approvals, 'other person', 'other people')} must approve it first: it starts when the last one has,
          and not before its time. Whoever may approve it can also reject it.
        </p>
      )}
      {manualWaves.length > 0 && (
        <p>
          It stops before {manualWaves.join(', ')} until a person approves that{' '}
          {manualWaves.length === 1 ? 'wave' : 'each of these waves'} opens.
        </p>
      )}
    </>
  )
}
