'use client'

import type { Channel, Release } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import Link from 'next/link'
import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'
import { paths } from '../../lib/paths.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { releaseTitle } from './release-title.ts'

interface PublishReleaseProps {
  channel: Pick<Channel, 'name' | 'repository'>
  refusal: string | undefined
}

/** Makes a release of an image that is in the channel's repository. It goes to no device by itself. */
export function PublishRelease({ channel: { name, repository }, refusal }: PublishReleaseProps) {
  const [made, setMade] = useState<Release>()
  function publish(api: Client, form: FormData) {
    const version = formText(form, 'version')
    const notes = formText(form, 'notes')
    const body = { image: formText(form, 'image') ?? '', ...(version && { version }), ...(notes && { notes }) }
    return api.releases.create({ params: { channel: name }, body })
  }
  return (
    <>
      <SubmitForm label="Publish a release" submit="Publish" refusal={refusal} send={publish} done={setMade}>
        <TextInput
          label="Image"
          grow
          hint="By tag, or by digest as @sha256:…"
          name="image"
          required
          minLength={2}
          maxLength={512}
          defaultValue={`${repository}:`}
        />
        <TextInput label="Version" name="version" maxLength={128} placeholder="as the image says" />
        <TextInput label="Notes" grow name="notes" maxLength={10_000} placeholder="what is new" />
      </SubmitForm>
      <p role="status" className={made ? 'note note-good' : 'hidden'}>
        {made && (
          <>
            {releaseTitle(made)} is published. No device gets it before it is rolled out.{' '}
            <Link href={paths.newRollout({ channel: name, release: made.id })}>Plan its rollout</Link>
          </>
        )}
      </p>
    </>
  )
}
