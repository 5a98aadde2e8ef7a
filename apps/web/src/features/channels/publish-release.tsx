'use client'

import type { Channel, Release } from '@bootfleet/contracts'
import Link from 'next/link'
import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'
import { paths } from '../../lib/paths.ts'
import { useAction } from '../../lib/use-action.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { releaseTitle } from './release-title.ts'

interface PublishReleaseProps {
  channel: Pick<Channel, 'name' | 'repository'>
  refusal: string | undefined
}

/** Makes a release of an image that is in the channel's repository. It goes to no device by itself. */
export function PublishRelease({ channel: { name, repository }, refusal }: PublishReleaseProps) {
  const { run, busy, problem } = useAction()
  const [made, setMade] = useState<Release>()
  async function publish(form: FormData) {
    const version = formText(form, 'version')
    const notes = formText(form, 'notes')
    const body = { image: formText(form, 'image') ?? '', ...(version && { version }), ...(notes && { notes }) }
    setMade(await run((api) => api.releases.create({ params: { channel: name }, body })))
  }
  return (
    <>
      <SubmitForm label="Publish a release" submit="Publish" onSubmit={publish} {...{ busy, problem, refusal }}>
        <label className="grow">
          Image
          <input
            name="image"
            required
            minLength={2}
            maxLength={512}
            autoComplete="off"
            defaultValue={`${repository}:`}
          />
          <small className="quiet">By tag, or by digest as @sha256:…</small>
        </label>
        <label>
          Version
          <input name="version" maxLength={128} autoComplete="off" placeholder="as the image says" />
        </label>
        <label className="grow">
          Notes
          <input name="notes" maxLength={10_000} autoComplete="off" placeholder="what is new" />
        </label>
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
