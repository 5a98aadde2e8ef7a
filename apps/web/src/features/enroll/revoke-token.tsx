'use client'

import { DangerAction } from '../../ui/danger-action.tsx'

export function RevokeToken({ id, name, reason }: { id: string; name: string; reason: string | undefined }) {
  return (
    <DangerAction
      label="Revoke"
      subject={name}
      reason={reason}
      confirm={<p>{name} lets no device in any more. Devices that used it stay.</p>}
      act={(api) => api.enrollmentTokens.revoke({ params: { id } })}
    />
  )
}
