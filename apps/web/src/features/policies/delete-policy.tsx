'use client'

import { paths } from '../../lib/paths.ts'
import { DangerAction } from '../../ui/danger-action.tsx'

export function DeletePolicy({ name, reason }: { name: string; reason: string | undefined }) {
  return (
    <DangerAction
      label="Delete"
      subject={name}
      reason={reason}
      confirm={
        <p>
          {name} is gone for good. Channels that name it use the standard policy then; rollouts keep their copy of it.
        </p>
      }
      act={(api) => api.policies.remove({ params: { policy: name } })}
      then={paths.policies()}
    />
  )
}
