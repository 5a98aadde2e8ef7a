'use client'

import type { Client } from '@bootfleet/sdk'
import { useRouter } from 'next/navigation'
import { formText } from '../../lib/form-text.ts'
import { paths } from '../../lib/paths.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { TextInput } from '../../ui/text-input.tsx'

export function CreateChannel({ refusal }: { refusal: string | undefined }) {
  const router = useRouter()
  function create(api: Client, form: FormData) {
    const body = { name: formText(form, 'name') ?? '', repository: formText(form, 'repository') ?? '' }
    return api.channels.create({ body })
  }
  return (
    <SubmitForm
      label="Create a channel"
      submit="Create channel"
      refusal={refusal}
      send={create}
      done={(made) => router.push(paths.channel(made.name))}
    >
      <TextInput label="Name" name="name" required maxLength={63} placeholder="edge-stable" />
      <TextInput
        label="Repository of its images"
        name="repository"
        required
        maxLength={255}
        placeholder="registry.example.com/os/edge"
      />
    </SubmitForm>
  )
}
