'use client'

import { operatorVerbs, type OperatorVerb, type Rollout } from '@bootfleet/contracts'
import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import type { Client } from '@bootfleet/sdk'
import { RollbackPreview } from './rollback-preview.tsx'
import { StartAtField, startAtOf } from './start-at-field.tsx'
import { nextWave, verbEffects, waitingWave } from './verb-effects.ts'

/** After a gate tripped there are failed targets: whoever resumes says what becomes of them. */
type Choice = 'continue' | 'retry_failed' | 'roll_back'

/** One button a verb. One that cannot be used now says why. */
export function RolloutVerbs({ rollout }: { rollout: Rollout }) {
  const { run, busy, problem } = useAction()
  const [choice, setChoice] = useState<Choice>()
  const { id, channel, state, verbs, waves } = rollout
  const tripped = waves.some(({ state }) => state === 'tripped')
  function act(verb: OperatorVerb, fields: FormData) {
    void run((api) => tell(api, verb, { rollout, fields, choice: tripped ? (choice ?? 'continue') : undefined }))
  }
  return (
    <div className="verbs" role="group" aria-label="What you can do">
      {operatorVerbs.map((verb) => {
        const { label, confirm, danger, asksWhy } = verbEffects[verb]
        const { allowed, reason = 'Not possible now.' } = verbs[verb]
        return (
          <ActionButton
            key={verb}
            label={label}
            reason={allowed ? needless(verb, rollout) : reason}
            busy={busy}
            danger={danger === true}
            primary={verb === 'start' || verb === 'approve' || verb === 'resume'}
            confirm={
              confirm && (
                <>
                  <p>
                    <strong>{channel.name}:</strong> {confirm(rollout)}
                  </p>
                  {asksWhy && <WhyField />}
                  {verb === 'schedule' && <StartAtField current={rollout.startAt} mayClear={state !== 'draft'} />}
                  {verb === 'roll-back' && <RollbackPreview rollout={id} />}
                  {verb === 'resume' && tripped && <ResumeChoice choice={choice} onChoose={setChoice} />}
                </>
              )
            }
            onUse={(fields) => act(verb, fields)}
          />
        )
      })}
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}

interface Told {
  rollout: Rollout
  fields: FormData
  choice: Choice | undefined
}

function tell(api: Client, verb: OperatorVerb, { rollout, fields, choice }: Told): Promise<Rollout> {
  const params = { rollout: rollout.id }
  switch (verb) {
    case 'resume':
      return api.rollouts.resume({ params, body: choice && { choice } })
    case 'approve':
      return api.rollouts.approve({ params, body: approved(rollout) })
    case 'reject':
      return api.rollouts.reject({ params, body: { reason: formText(fields, 'reason') ?? '' } })
    case 'schedule':
      return api.rollouts.schedule({ params, body: { startAt: startAtOf(fields) } })
    case 'promote':
      return api.rollouts.promote({ params, body: { wave: nextWave(rollout)?.index } })
    case 'roll-back':
      return api.rollouts.rollBack({ params })
    default:
      return api.rollouts[verb]({ params })
  }
}

function WhyField() {
  return (
    <label>
      Reason
      <input name="reason" required maxLength={500} autoComplete="off" />
    </label>
  )
}

/** What there was to approve on this page, so that nothing else is. */
function approved(rollout: Rollout) {
  const wave = waitingWave(rollout)
  return { ...(wave && { wave: wave.index }), ...(rollout.approvals.seen !== null && { seen: rollout.approvals.seen }) }
}

/** Why a verb that is allowed would do nothing. */
function needless(verb: OperatorVerb, rollout: Rollout): string | undefined {
  const { counts, state } = rollout
  if (verb === 'retry' && counts.failed + counts.timed_out + counts.rolled_back === 0) return 'No device has failed.'
  if (verb === 'promote' && state === 'running' && !nextWave(rollout)) return 'Every wave is open.'
  if (verb === 'promote' && waitingWave(rollout)) return 'The next wave waits for a person to approve it.'
  return undefined
}

const choices: Record<Choice, string> = {
  continue: 'Go on without the devices that failed',
  retry_failed: 'Try the devices that failed again',
  roll_back: 'Take every device that has the release back',
}

function ResumeChoice({
  choice = 'continue',
  onChoose,
}: {
  choice?: Choice | undefined
  onChoose: (choice: Choice) => void
}) {
  return (
    <fieldset>
      <legend>The gate tripped</legend>
      {(Object.keys(choices) as Choice[]).map((key) => (
        <label key={key} className="inline">
          <input type="radio" name="choice" value={key} checked={choice === key} onChange={() => onChoose(key)} />
          {choices[key]}
        </label>
      ))}
    </fieldset>
  )
}
