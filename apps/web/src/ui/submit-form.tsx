'use client'

import { useId, type FormEvent, type ReactNode } from 'react'

interface SubmitFormProps {
  label: string
  submit: string
  busy: boolean
  problem: string | undefined
  /** Why the caller may not. */
  refusal?: string | undefined
  onSubmit: (form: FormData) => Promise<void>
  children: ReactNode
}

/** A form that asks one thing of the API and says what went wrong. */
export function SubmitForm({ label, submit, busy, problem, refusal, onSubmit, children }: SubmitFormProps) {
  const reasonId = useId()
  function handle(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (!busy && refusal === undefined) void onSubmit(new FormData(event.currentTarget))
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
