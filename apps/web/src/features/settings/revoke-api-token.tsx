'use client'

import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

export function RevokeApiToken({ id, name, reason }: { id: string; name: string; reason: string | undefined }) {
  const { run, busy, problem } = useAction()
  return (
    <>
      <ActionButton
        label="Revoke"
        subject={name}
        danger
        busy={busy}
        reason={reason}
        confirm={<p>Whatever uses {name} is refused from now on. That cannot be undone.</p>}
        onUse={() => void run((api) => api.apiTokens.revoke({ params: { id } }))}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}
