'use client'

import { operatorVerbs, type OperatorVerb, type Rollout } from '@bootfleet/contracts'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { browserApi, problemText } from '../../lib/browser-api.ts'
import { verbEffects } from './verb-effects.ts'

interface RolloutVerbsProps {
  id: string
  channel: string
  verbs: Rollout['verbs']
}

/** One button a verb. One that cannot be used now says why. */
export function RolloutVerbs({ id, channel, verbs }: RolloutVerbsProps) {
  const router = useRouter()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState<OperatorVerb>()
  async function act(verb: OperatorVerb) {
    const { label, confirm } = verbEffects[verb]
    if (confirm !== undefined && !window.confirm(`${label} on ${channel}? ${confirm}`)) return
    setBusy(verb)
    setProblem(undefined)
    try {
      await browserApi().rollouts[verb]({ params: { rollout: id } })
      router.refresh()
    } catch (error) {
      setProblem(problemText(error))
    } finally {
      setBusy(undefined)
    }
  }
  return (
    <section aria-label="What you can do">
      {problem !== undefined && <p role="alert">{problem}</p>}
      <ul className="verbs">
        {operatorVerbs.map((verb) => (
          <li key={verb}>
            <VerbButton verb={verb} access={verbs[verb]} busy={busy === verb} onUse={() => void act(verb)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface VerbButtonProps {
  verb: OperatorVerb
  access: Rollout['verbs'][OperatorVerb]
  busy: boolean
  onUse: () => void
}

function VerbButton({ verb, access, busy, onUse }: VerbButtonProps) {
  const reasonId = `why-not-${verb}`
  const reason = access.allowed ? undefined : (access.reason ?? 'Not possible now.')
  return (
    <>
      <button type="button" disabled={!access.allowed || busy} aria-describedby={reason && reasonId} onClick={onUse}>
        {verbEffects[verb].label}
      </button>
      {reason !== undefined && <small id={reasonId}>{reason}</small>}
    </>
  )
}
