'use client'

import { useSynced } from './use-synced.ts'

interface TextFilterProps {
  label: string
  name: string
  value: string | undefined
  maxLength: number
  placeholder?: string
}

/** A labelled text of a form whose state is the URL. */
export function TextFilter({ label, name, value = '', maxLength, placeholder }: TextFilterProps) {
  const [text, setText] = useSynced(value)
  return (
    <label className="grow">
      {label}
      <input
        type="search"
        autoComplete="off"
        spellCheck={false}
        {...{ name, maxLength, placeholder }}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  )
}
