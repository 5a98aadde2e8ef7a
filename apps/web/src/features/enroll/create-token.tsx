'use client'

import type { CreatedEnrollmentToken, Group } from '@bootfleet/contracts'
import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'
import { useAction } from '../../lib/use-action.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { EnrollmentSteps } from './enrollment-steps.tsx'

/** Makes an enrollment document, and shows the one time that it can be seen. */
export function CreateToken({ groups, refusal }: { groups: Group[]; refusal: string | undefined }) {
  const { run, busy, problem } = useAction()
  const [made, setMade] = useState<CreatedEnrollmentToken>()
  async function create(form: FormData) {
    const body = {
      name: formText(form, 'name') ?? '',
      group: formText(form, 'group'),
      maxUses: Number(formText(form, 'maxUses') ?? 1),
      requiresApproval: form.has('requiresApproval'),
    }
    setMade(await run((api) => api.enrollmentTokens.create({ body })))
  }
  return (
    <>
      <SubmitForm label="Enrollment document" submit="Make document" onSubmit={create} {...{ busy, problem, refusal }}>
        <label>
          What it is for
          <input name="name" required maxLength={100} autoComplete="off" placeholder="kiosks in Berlin" />
        </label>
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
        <label>
          Devices
          <input name="maxUses" type="number" required min={1} max={1_000_000} defaultValue={1} />
        </label>
        <label className="inline">
          <input name="requiresApproval" type="checkbox" />
          Somebody must let each device in
        </label>
      </SubmitForm>
      <div aria-live="polite">{made && <EnrollmentSteps made={made} />}</div>
    </>
  )
}
