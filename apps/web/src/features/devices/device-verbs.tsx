'use client'

import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

interface DeviceVerbsProps {
  id: string
  name: string
  quarantined: number
  refusal: string | undefined
}

/** What can be asked of one device. */
export function DeviceVerbs({ id, name, quarantined, refusal }: DeviceVerbsProps) {
  const { run, busy, problem } = useAction()
  const params = { id }
  return (
    <div className="verbs" role="group" aria-label="What you can do">
      <ActionButton
        label="Reboot"
        danger
        busy={busy}
        reason={refusal}
        confirm={<p>{name} reboots as soon as it hears of it, whatever its window says.</p>}
        onUse={() => void run((api) => api.devices.reboot({ params }))}
      />
      <ActionButton
        label="Collect logs"
        busy={busy}
        reason={refusal}
        onUse={() => void run((api) => api.devices.collectLogs({ params }))}
      />
      <ActionButton
        label="Lift quarantine"
        busy={busy}
        reason={refusal ?? (quarantined === 0 ? 'It has no quarantined image.' : undefined)}
        confirm={<p>{name} may be offered again what it fell back from.</p>}
        onUse={() => void run((api) => api.devices.unquarantine({ params, body: {} }))}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}
