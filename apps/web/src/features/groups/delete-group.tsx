'use client'

import { paths } from '../../lib/paths.ts'
import { DangerAction } from '../../ui/danger-action.tsx'

export function DeleteGroup({ name, reason }: { name: string; reason: string | undefined }) {
  return (
    <DangerAction
      label="Delete"
      subject={name}
      reason={reason}
      confirm={<p>The group {name} with its windows, blackouts and budget is gone for good.</p>}
      act={(api) => api.groups.remove({ params: { group: name } })}
      then={paths.groups()}
    />
  )
}
