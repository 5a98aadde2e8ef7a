'use client'

import { useId } from 'react'
import { useSynced } from './use-synced.ts'

interface TextFilterProps {
  label: string
  name: string
  value: string | undefined
  maxLength: number
  placeholder?: string
  /** What may be chosen, and what else to say of it; anything else may be typed. */
  choices?: readonly (readonly [value: string, about: string])[]
}

/** A labelled text of a form whose state is the URL. */
export function TextFilter({ label, name, value = '', maxLength, placeholder, choices }: TextFilterProps) {
  const [text, setText] = useSynced(value)
  const listId = useId()
  return (
    <label className="grow">
      {label}
      <input
        type="search"
        autoComplete="off"
        spellCheck={false}
        {...{ name, maxLength, placeholder }}
        list={choices && listId}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {choices && (
        <datalist id={listId}>
          {choices.map(([choice, about]) => (
            <option key={choice} value={choice}>
              {about}
            </option>
          ))}
        </datalist>
      )}
    </label>
  )
}
