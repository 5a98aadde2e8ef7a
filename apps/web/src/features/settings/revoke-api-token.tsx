'use client'

import { DangerAction } from '../../ui/danger-action.tsx'

export function RevokeApiToken({ id, name, reason }: { id: string; name: string; reason: string | undefined }) {
  return (
    <DangerAction
      label="Revoke"
      subject={name}
      reason={reason}
      confirm={<p>Whatever uses {name} is refused from now on. That cannot be undone.</p>}
      act={(api) => api.apiTokens.revoke({ params: { id } })}
    />
  )
}
