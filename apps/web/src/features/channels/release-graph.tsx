'use client'

import type { Release } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { formText } from '../../lib/form-text.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { TextInput } from '../../ui/text-input.tsx'

interface ReleaseGraphProps {
  release: Pick<Release, 'id' | 'barrier' | 'deadEnd' | 'minimumFrom'>
  refusal: string | undefined
}

/** What must be booted before and after a release. */
export function ReleaseGraph({ release: { id, barrier, deadEnd, minimumFrom }, refusal }: ReleaseGraphProps) {
  function save(api: Client, form: FormData) {
    const reason = formText(form, 'deadEnd')
    const body = {
      barrier: form.get('barrier') === 'on',
      deadEnd: reason === undefined ? null : { reason, mayLeave: form.get('mayLeave') === 'on' },
      minimumFrom: formText(form, 'minimumFrom') ?? null,
    }
    return api.releases.update({ params: { id }, body })
  }
  return (
    <SubmitForm label="Update graph" submit="Save" refusal={refusal} send={save}>
      <label>
        <input type="checkbox" name="barrier" defaultChecked={barrier} /> Barrier
        <small className="quiet">Must be booted before anything newer</small>
      </label>
      <TextInput
        label="Minimum release"
        hint="Version, tag or digest; only devices from it on may take this one"
        name="minimumFrom"
        maxLength={200}
        defaultValue={minimumFrom?.name ?? ''}
      />
      <TextInput
        label="Dead end, because"
        grow
        hint="With a reason here it is offered to nobody, and devices on it stay"
        name="deadEnd"
        maxLength={500}
        defaultValue={deadEnd?.reason ?? ''}
      />
      <label>
        <input type="checkbox" name="mayLeave" defaultChecked={deadEnd?.mayLeave ?? false} /> Devices may leave it
      </label>
    </SubmitForm>
  )
}
