'use client'

import { formText } from '../../lib/form-text.ts'
import { useAction } from '../../lib/use-action.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'

/** Says that devices are unhealthy, as a monitoring system would. */
export function PostSignal({ refusal }: { refusal: string | undefined }) {
  const { run, busy, problem } = useAction()
  async function post(form: FormData) {
    const [selector, message] = [formText(form, 'selector'), formText(form, 'message')]
    const body = { name: formText(form, 'name') ?? '', ...(selector && { selector }), ...(message && { message }) }
    await run((api) => api.signals.post({ body: { ...body, status: 'unhealthy' } }))
  }
  return (
    <SubmitForm label="Post a signal" submit="Post" onSubmit={post} {...{ busy, problem, refusal }}>
      <label>
        Name
        <input name="name" required maxLength={63} autoComplete="off" placeholder="checkout-latency" />
      </label>
      <label>
        Devices with labels
        <input name="selector" maxLength={1000} autoComplete="off" placeholder="all; or site=berlin" />
      </label>
      <label className="grow">
        What is wrong
        <input name="message" maxLength={500} autoComplete="off" placeholder="p99 is 4 s" />
      </label>
    </SubmitForm>
  )
}
