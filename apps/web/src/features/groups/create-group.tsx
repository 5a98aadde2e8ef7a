'use client'

import type { Channel } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { useRouter } from 'next/navigation'
import { formText } from '../../lib/form-text.ts'
import { paths } from '../../lib/paths.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { TextInput } from '../../ui/text-input.tsx'

export function CreateGroup({ channels, refusal }: { channels: Channel[]; refusal: string | undefined }) {
  const router = useRouter()
  function create(api: Client, form: FormData) {
    const channel = formText(form, 'channel')
    const body = { name: formText(form, 'name') ?? '', ...(channel && { channel }) }
    return api.groups.create({ body })
  }
  return (
    <SubmitForm
      label="Create a group"
      submit="Create group"
      refusal={refusal}
      send={create}
      done={(made) => router.push(paths.group(made.name))}
    >
      <TextInput label="Name" name="name" required maxLength={63} placeholder="kiosks" />
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
