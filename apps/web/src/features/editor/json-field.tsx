'use client'

import { useState } from 'react'
import { described, FieldFrame } from './field-frame.tsx'
import { useField } from './use-editor.ts'

interface JsonFieldProps {
  path: string
  label: string
  hint?: string
}

/** A part of the document as JSON. What is typed is in the fields at once, as soon as it is JSON. */
export function JsonField({ path, label, hint }: JsonFieldProps) {
  const { id, value, message, replace, setSyntax } = useField(path)
  const [typed, setTyped] = useState<string>()
  const [syntax, setOwnSyntax] = useState<string>()
  function change(text: string) {
    setTyped(text)
    const found = readJson(text)
    setOwnSyntax(found.problem)
    setSyntax(found.problem)
    if (found.problem === undefined) replace(found.value)
  }
  const shown = syntax ?? message
  return (
    <FieldFrame id={id} label={label} hint={hint} message={shown}>
      <textarea
        className="json"
        rows={18}
        spellCheck={false}
        {...described(id, { message: shown, hint })}
        value={typed ?? JSON.stringify(value, null, 2)}
        onChange={({ target }) => change(target.value)}
        onBlur={() => {
          if (syntax === undefined) setTyped(undefined)
        }}
      />
    </FieldFrame>
  )
}

function readJson(text: string): { value: unknown; problem?: undefined } | { value?: undefined; problem: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { problem: `is not JSON: ${error instanceof Error ? error.message : 'cannot be read'}` }
  }
}
