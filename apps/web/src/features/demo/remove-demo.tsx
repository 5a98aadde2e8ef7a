'use client'

import type { Demo } from '@bootfleet/contracts'
import { counted } from '../../lib/amounts.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

interface RemoveDemoProps {
  demo: Pick<Demo, 'devices' | 'channel' | 'group' | 'policy' | 'releases'>
  refusal: string | undefined
}

export function RemoveDemo({ demo: { devices, channel, group, policy, releases }, refusal }: RemoveDemoProps) {
  const { run, busy, problem } = useAction()
  return (
    <div className="verbs">
      <ActionButton
        label="Remove the demo"
        busy={busy}
        danger
        reason={refusal}
        confirm={
          <>
            <p>This removes for good:</p>
            <ul className="reasons">
              <li>{counted(devices, 'simulated device')}</li>
              {channel && (
                <li>
                  the channel {channel.name} with {counted(releases.length, 'release')} and its rollouts
                </li>
              )}
              {group && <li>the group {group.name}</li>}
              {policy && <li>the policy {policy.name}</li>}
            </ul>
            <p>Devices that are not simulated, and what you made yourself, stay.</p>
          </>
        }
        onUse={() => void run((api) => api.demo.remove())}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}
