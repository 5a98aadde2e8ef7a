'use client'

import { useRouter } from 'next/navigation'
import { paths } from '../../lib/paths.ts'
import { useAction } from '../../lib/use-action.ts'
import { ActionButton } from '../../ui/action-button.tsx'

export function DeletePolicy({ name, refusal }: { name: string; refusal: string | undefined }) {
  const { run, busy, problem } = useAction()
  const router = useRouter()
  async function remove() {
    const done = await run(async (api) => {
      await api.policies.remove({ params: { policy: name } })
      return true
    })
    if (done) router.push(paths.policies())
  }
  return (
    <>
      <ActionButton
        label="Delete"
        subject={name}
        danger
        busy={busy}
        reason={refusal}
        confirm={
          <p>
            {name} is gone for good. Channels that name it use the standard policy then; rollouts keep their copy of it.
          </p>
        }
        onUse={() => void remove()}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
    </>
  )
}
