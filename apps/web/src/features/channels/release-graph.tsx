'use client'

import type { Release } from '@bootfleet/contracts'
import { formText } from '../../lib/form-text.ts'
import { useAction } from '../../lib/use-action.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'

interface ReleaseGraphProps {
  release: Pick<Release, 'id' | 'barrier' | 'deadEnd' | 'minimumFrom'>
  refusal: string | undefined
}

/** What must be booted before and after a release. */
export function ReleaseGraph({ release: { id, barrier, deadEnd, minimumFrom }, refusal }: ReleaseGraphProps) {
  const { run, busy, problem } = useAction()
  async function save(form: FormData) {
    const reason = formText(form, 'deadEnd')
    const body = {
      barrier: form.get('barrier') === 'on',
      deadEnd: reason === undefined ? null : { reason, mayLeave: form.get('mayLeave') === 'on' },
      minimumFrom: formText(form, 'minimumFrom') ?? null,
    }
    await run((api) => api.releases.update({ params: { id }, body }))
  }
  return (
    <SubmitForm label="Update graph" submit="Save" onSubmit={save} {...{ busy, problem, refusal }}>
      <label>
        <input type="checkbox" name="barrier" defaultChecked={barrier} /> Barrier
        <small className="quiet">Must be booted before anything newer</small>
      </label>
      <label>
        Minimum release
        <input name="minimumFrom" maxLength={200} autoComplete="off" defaultValue={minimumFrom?.name ?? ''} />
        <small className="quiet">Version, tag or digest; only devices from it on may take this one</small>
      </label>
      <label className="grow">
        Dead end, because
        <input name="deadEnd" maxLength={500} autoComplete="off" defaultValue={deadEnd?.reason ?? ''} />
        <small className="quiet">With a reason here it is offered to nobody, and devices on it stay</small>
      </label>
      <label>
        <input type="checkbox" name="mayLeave" defaultChecked={deadEnd?.mayLeave ?? false} /> Devices may leave it
      </label>
    </SubmitForm>
  )
}
