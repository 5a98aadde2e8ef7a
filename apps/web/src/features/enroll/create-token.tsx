'use client'

import type { CreatedEnrollmentToken, Group } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { EnrollmentSteps } from './enrollment-steps.tsx'

/** Makes an enrollment document, and shows the one time that it can be seen. */
export function CreateToken({ groups, refusal }: { groups: Group[]; refusal: string | undefined }) {
  const [made, setMade] = useState<CreatedEnrollmentToken>()
  function create(api: Client, form: FormData) {
    const body = {
      name: formText(form, 'name') ?? '',
      group: formText(form, 'group'),
      maxUses: Number(formText(form, 'maxUses') ?? 1),
      requiresApproval: form.has('requiresApproval'),
    }
    return api.enrollmentTokens.create({ body })
  }
  return (
    <>
      <SubmitForm label="Enrollment document" submit="Make document" refusal={refusal} send={create} done={setMade}>
        <TextInput label="What it is for" name="name" required maxLength={100} placeholder="kiosks in Berlin" />
        <label>
          Group
          <select name="group" defaultValue="default">
            {groups.map(({ id, name }) => (
              <option key={id} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <TextInput label="Devices" name="maxUses" type="number" required min={1} max={1_000_000} defaultValue={1} />
        <label className="inline">
          <input name="requiresApproval" type="checkbox" />
          Somebody must let each device in
        </label>
      </SubmitForm>
      <div aria-live="polite">{made && <EnrollmentSteps made={made} />}</div>
    </>
  )
}
