'use client'

import { useRouter } from 'next/navigation'
import { useRef, useTransition, type ReactNode } from 'react'

interface AutoFormProps {
  /** Names the form for those who do not see it. */
  label: string
  /** Path that takes the fields as its query. */
  action: string
  /** The word on the button, for text fields and for those without scripts. */
  submit: string
  children: ReactNode
}

/** Filters that live in the URL: a choice applies at once, a text with Enter or the button. */
export function AutoForm({ label, action, submit, children }: AutoFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const router = useRouter()
  const [pending, startTransition] = useTransition()
  function apply() {
    if (form.current === null) return
    const fields = [...new FormData(form.current)].filter(
      (field): field is [string, string] => typeof field[1] === 'string' && field[1] !== '',
    )
    const query = new URLSearchParams(fields).toString()
    startTransition(() => router.replace(query === '' ? action : `${action}?${query}`, { scroll: false }))
  }
  return (
    <form
      ref={form}
      className="filters"
      role="search"
      aria-label={label}
      aria-busy={pending}
      action={action}
      onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
      onChange={(event) => {
        if (event.target instanceof HTMLSelectElement) apply()
      }}
    >
      {children}
      <button type="submit">{submit}</button>
    </form>
  )
}
