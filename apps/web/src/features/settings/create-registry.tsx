'use client'

import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'
import { useAction } from '../../lib/use-action.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'

export function CreateRegistry({ refusal }: { refusal: string | undefined }) {
  const { run, busy, problem } = useAction()
  // Each stored one leaves an empty form behind: no password stays on the page.
  const [stored, setStored] = useState(0)
  async function create(form: FormData) {
    const password = form.get('password')
    const body = {
      scope: formText(form, 'scope') ?? '',
      username: formText(form, 'username') ?? '',
      password: typeof password === 'string' ? password : '',
      forDevices: form.has('forDevices'),
    }
    if (await run((api) => api.registries.create({ body }))) setStored(stored + 1)
  }
  return (
    <SubmitForm key={stored} label="Store credentials" submit="Store" onSubmit={create} {...{ busy, problem, refusal }}>
      <label className="grow">
        Registry or repository
        <input name="scope" required maxLength={255} autoComplete="off" placeholder="registry.example.com/os" />
      </label>
      <label>
        User
        <input name="username" required maxLength={200} autoComplete="off" />
      </label>
      <label>
        Password or token
        <input name="password" type="password" required maxLength={8192} autoComplete="new-password" />
      </label>
      <label className="inline">
        <input name="forDevices" type="checkbox" />
        Devices get it too, for their own pulls
      </label>
    </SubmitForm>
  )
}
