'use client'

import type { Channel } from '@bootfleet/contracts'
import { useRouter } from 'next/navigation'
import { formText } from '../../lib/form-text.ts'
import { paths } from '../../lib/paths.ts'
import { useAction } from '../../lib/use-action.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'

export function CreateGroup({ channels, refusal }: { channels: Channel[]; refusal: string | undefined }) {
  const { run, busy, problem } = useAction()
  const router = useRouter()
  async function create(form: FormData) {
    const channel = formText(form, 'channel')
    const body = { name: formText(form, 'name') ?? '', ...(channel && { channel }) }
    const made = await run((api) => api.groups.create({ body }))
    if (made) router.push(paths.group(made.name))
  }
  return (
    <SubmitForm label="Create a group" submit="Create group" onSubmit={create} {...{ busy, problem, refusal }}>
      <label>
        Name
        <input name="name" required maxLength={63} autoComplete="off" placeholder="kiosks" />
      </label>
      <label>
        Channel that it follows
        <select name="channel" defaultValue="">
          <option value="">none yet</option>
          {channels.map(({ id, name }) => (
            <option key={id}>{name}</option>
          ))}
        </select>
      </label>
    </SubmitForm>
  )
}
