'use client'

import type { ReactNode } from 'react'

interface FieldFrameProps {
  id: string
  label: string
  message: string | undefined
  hint?: string | undefined
  children: ReactNode
}

/** A labelled control with what is wrong with it, or else a hint, beneath. */
export function FieldFrame({ id, label, message, hint, children }: FieldFrameProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {message === undefined ? (
        hint !== undefined && (
          <small id={`${id}-about`} className="quiet">
            {hint}
          </small>
        )
      ) : (
        <small id={`${id}-about`} className="field-error">
          {message}
        </small>
      )}
    </div>
  )
}

/** What a control says of itself to those who do not see it. */
export function described(id: string, { message, hint }: { message: string | undefined; hint?: string | undefined }) {
  return {
    id,
    ...(message !== undefined && { 'aria-invalid': true }),
    ...((message ?? hint) !== undefined && { 'aria-describedby': `${id}-about` }),
  }
}
