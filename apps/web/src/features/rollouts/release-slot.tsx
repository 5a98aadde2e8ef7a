'use client'

import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

interface ReleaseSlotProps {
  rollout: string
  device: string
  name: string
  refusal: string | undefined
}

/** Gives back the slot of the budget that a device took with it. */
export function ReleaseSlot({ rollout, device, name, refusal }: ReleaseSlotProps) {
  const { run, busy, problem } = useAction()
  return (
    <div className="release-slot">
      <ActionButton
        label="Release slot"
        subject={`of ${name}`}
        busy={busy}
        reason={refusal}
        confirm={<p>Another device may reboot in its place. Do it when you know that {name} will not come back.</p>}
        onUse={() => void run((api) => api.rollouts.releaseSlot({ params: { rollout }, body: { device } }))}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}
