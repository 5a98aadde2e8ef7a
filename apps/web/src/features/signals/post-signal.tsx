'use client'

import type { Client } from '@bootfleet/sdk'
import { formText } from '../../lib/form-text.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { TextInput } from '../../ui/text-input.tsx'

/** Says that devices are unhealthy, as a monitoring system would. */
export function PostSignal({ refusal }: { refusal: string | undefined }) {
  function post(api: Client, form: FormData) {
    const [selector, message] = [formText(form, 'selector'), formText(form, 'message')]
    const body = { name: formText(form, 'name') ?? '', ...(selector && { selector }), ...(message && { message }) }
    return api.signals.post({ body: { ...body, status: 'unhealthy' } })
  }
  return (
    <SubmitForm label="Post a signal" submit="Post" refusal={refusal} send={post}>
      <TextInput label="Name" name="name" required maxLength={63} placeholder="checkout-latency" />
      <TextInput label="Devices with labels" name="selector" maxLength={1000} placeholder="all; or site=berlin" />
      <TextInput label="What is wrong" grow name="message" maxLength={500} placeholder="p99 is 4 s" />
    </SubmitForm>
  )
}
