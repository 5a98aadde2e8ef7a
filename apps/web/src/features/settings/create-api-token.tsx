'use client'

import { Role, type CreatedApiToken } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'
import { formatInstant } from '../../lib/instant.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { TextInput } from '../../ui/text-input.tsx'

const roleWords: Record<(typeof Role.options)[number], string> = {
  operator: 'operator: publishes, rolls out, controls',
  viewer: 'viewer: reads',
  approver: 'approver: reads and freezes (only people approve)',
  monitor: 'monitor: posts signals, reads nothing',
  admin: 'admin: everything',
}

const lives = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
  ['', 'for ever'],
] as const

/** Makes a token for a pipeline or a monitoring system, and shows it the one time that it can be seen. */
export function CreateApiToken({ refusal }: { refusal: string | undefined }) {
  const [made, setMade] = useState<CreatedApiToken>()
  function create(api: Client, form: FormData) {
    const days = formText(form, 'days')
    const expiresAt = days === undefined ? null : new Date(Date.now() + Number(days) * 86_400_000).toISOString()
    const body = { name: formText(form, 'name') ?? '', role: Role.parse(formText(form, 'role')), expiresAt }
    return api.apiTokens.create({ body })
  }
  return (
    <>
      <SubmitForm label="API token" submit="Make token" refusal={refusal} send={create} done={setMade}>
        <TextInput label="What it is for" name="name" required maxLength={100} placeholder="release pipeline" />
        <label className="grow">
          Role
          <select name="role" defaultValue="operator">
            {Object.entries(roleWords).map(([role, text]) => (
              <option key={role} value={role}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label>
          Valid
          <select name="days" defaultValue="90">
            {lives.map(([days, text]) => (
              <option key={days} value={days}>
                {text}
              </option>
            ))}
          </select>
        </label>
      </SubmitForm>
      <div aria-live="polite">{made && <MadeToken made={made} />}</div>
    </>
  )
}

function MadeToken({ made: { name, role, token, expiresAt } }: { made: CreatedApiToken }) {
  return (
    <div className="note note-good">
      <p>
        <strong>This is shown once.</strong> {name} may do what the role {role} may,{' '}
        {expiresAt === null ? 'until it is revoked' : `until ${formatInstant(expiresAt)}`}. Keep it like a password.
      </p>
      <figure className="block">
        <figcaption>
          API token <CopyButton text={token} what="the API token" />
        </figcaption>
        <pre tabIndex={0} aria-label="API token">
          {token}
        </pre>
      </figure>
    </div>
  )
}
