'use client'

import { useRouter } from 'next/navigation'
import { paths } from '../../lib/paths.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

export function DeleteGroup({ name, reason }: { name: string; reason: string | undefined }) {
  const { run, busy, problem } = useAction()
  const router = useRouter()
  async function remove() {
    const done = await run(async (api) => {
      await api.groups.remove({ params: { group: name } })
      return true
    })
    if (done) router.push(paths.groups())
  }
  return (
    <>
      <ActionButton
        label="Delete"
        subject={name}
        danger
        busy={busy}
        reason={reason}
        confirm={<p>The group {name} with its windows, blackouts and budget is gone for good.</p>}
        onUse={() => void remove()}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}
