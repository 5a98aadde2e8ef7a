'use client'

import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

export function RevokeToken({ id, name, reason }: { id: string; name: string; reason: string | undefined }) {
  const { run, busy, problem } = useAction()
  return (
    <>
      <ActionButton
        label="Revoke"
        subject={name}
        danger
        busy={busy}
        reason={reason}
        confirm={<p>{name} lets no device in any more. Devices that used it stay.</p>}
        onUse={() => void run((api) => api.enrollmentTokens.revoke({ params: { id } }))}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}
