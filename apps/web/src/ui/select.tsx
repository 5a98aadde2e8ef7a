'use client'

import { useSynced } from './use-synced.ts'

interface SelectProps {
  label: string
  name: string
  value: string | undefined
  options: (readonly [value: string, text: string])[]
  /** What stands for no choice; without it one must be made. */
  none?: string
}

/** A labelled choice of a form. */
export function Select({ label, name, value = '', options, none }: SelectProps) {
  const [shown, setShown] = useSynced(value)
  return (
    <label>
      {label}
      <select name={name} value={shown} onChange={(event) => setShown(event.target.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
