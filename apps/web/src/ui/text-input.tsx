import type { InputHTMLAttributes } from 'react'

interface TextInputProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  hint?: string
  /** As wide as there is room. */
  grow?: boolean
}

/** A labelled text of a form. */
export function TextInput({ label, hint, grow, ...input }: TextInputProps) {
  return (
    <label className={grow ? 'grow' : undefined}>
      {label}
      <input autoComplete="off" {...input} />
      {hint !== undefined && <small className="quiet">{hint}</small>}
    </label>
  )
}
