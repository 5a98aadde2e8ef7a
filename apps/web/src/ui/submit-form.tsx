'use client'

import type { Client } from '@bootfleet/sdk'
import { useId, type FormEvent, type ReactNode } from 'react'
import { useAction } from '../lib/use-action.ts'

interface SubmitFormProps<T> {
  label: string
  submit: string
  /** Why the caller may not. */
  refusal?: string | undefined
  /** Asks the API for what the fields say. */
  send: (api: Client, form: FormData) => Promise<T>
  /** Once it was done. */
  done?: (result: T) => void
  children: ReactNode
}

/** A form that asks one thing of the API and says what went wrong. */
export function SubmitForm<T>({ label, submit, refusal, send, done, children }: SubmitFormProps<T>) {
  const { run, busy, problem } = useAction()
  const reasonId = useId()
  function handle(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (!busy && refusal === undefined) void ask(new FormData(event.currentTarget))
  }
  async function ask(form: FormData) {
    const answer = await run(async (api) => ({ result: await send(api, form) }))
    if (answer) done?.(answer.result)
  }
  return (
    <form className="fields" method="post" aria-label={label} onSubmit={handle}>
      {children}
      <button
        type="submit"
        className="primary"
        aria-disabled={busy || refusal !== undefined || undefined}
        aria-describedby={refusal && reasonId}
      >
        {submit}
      </button>
      {refusal !== undefined && (
        <p id={reasonId} className="quiet">
          {refusal}
        </p>
      )}
      {problem !== undefined && <p role="alert">{problem}</p>}
    </form>
  )
}
