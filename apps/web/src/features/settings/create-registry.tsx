'use client'

import type { Client } from '@bootfleet/sdk'
import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { TextInput } from '../../ui/text-input.tsx'

export function CreateRegistry({ refusal }: { refusal: string | undefined }) {
  // Each stored one leaves an empty form behind: no password stays on the page.
  const [stored, setStored] = useState(0)
  function create(api: Client, form: FormData) {
    const password = form.get('password')
    const body = {
      scope: formText(form, 'scope') ?? '',
      username: formText(form, 'username') ?? '',
      password: typeof password === 'string' ? password : '',
      forDevices: form.has('forDevices'),
    }
    return api.registries.create({ body })
  }
  return (
    <SubmitForm
      key={stored}
      label="Store credentials"
      submit="Store"
      refusal={refusal}
      send={create}
      done={() => setStored(stored + 1)}
    >
      <TextInput
        label="Registry or repository"
        grow
        name="scope"
        required
        maxLength={255}
        placeholder="registry.example.com/os"
      />
      <TextInput label="User" name="username" required maxLength={200} />
      <TextInput
        label="Password or token"
        name="password"
        type="password"
        required
        maxLength={8192}
        autoComplete="new-password"
      />
      <label className="inline">
        <input name="forDevices" type="checkbox" />
        Devices get it too, for their own pulls
      </label>
    </SubmitForm>
  )
}
