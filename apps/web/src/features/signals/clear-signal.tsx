'use client'

import type { Signal } from '@bootfleet/contracts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { aboutText } from './signal-words.ts'

type ClearSignalProps = { signal: Pick<Signal, 'name' | 'selector' | 'devices'>; refusal: string | undefined }

/** Says in the place of the monitoring system that the devices are healthy again. */
export function ClearSignal({ signal, refusal }: ClearSignalProps) {
  const { run, busy, problem } = useAction()
  const { name, selector, devices } = signal
  const about = { ...(selector !== null && { selector }), ...(devices !== null && { devices }) }
  return (
    <>
      <ActionButton
        label="Clear"
        subject={name}
        busy={busy}
        reason={refusal}
        confirm={
          <p>
            {name} is over for {aboutText(signal)}. Rollouts that it holds go on. It comes back when monitoring posts it
            again.
          </p>
        }
        onUse={() => void run((api) => api.signals.post({ body: { name, status: 'healthy', ...about } }))}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}
