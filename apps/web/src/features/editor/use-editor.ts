'use client'

import { fieldErrors, type FieldError } from '@bootfleet/contracts'
import { createContext, useContext, useState } from 'react'
import { valueAt, withValue, type Draft } from '../../lib/draft.ts'

/** What a schema says of a draft. */
interface Check {
  safeParse: (draft: unknown) => { success: true } | { success: false; error: Parameters<typeof fieldErrors>[0] }
}

export interface Editor {
  draft: Draft
  /** Everything that keeps it from being saved, whether it is shown at its field yet or not. */
  errors: FieldError[]
  /** Whether its schema takes it; what the API will say is another matter. */
  valid: boolean
  /** Grows when values come from elsewhere than their fields, which begin anew then. */
  revision: number
  /** Message for a field; none before somebody has been at it or tried to save. */
  messageFor: (path: string) => string | undefined
  set: (path: string, value: unknown) => void
  /** Like `set`, for a part with fields of its own. */
  replace: (path: string, value: unknown) => void
  /** What is typed at a path is no document at all; undefined: it is again. */
  setSyntax: (path: string, message: string | undefined) => void
  /** Shows all errors from now on, and those that the API found beside them. */
  showAll: (found?: readonly FieldError[]) => void
}

/** A document that is edited field by field and checked by its schema at every change. */
export function useEditor(initial: Draft, schema: Check): Editor {
  const [draft, setDraft] = useState(initial)
  const [revision, setRevision] = useState(0)
  const [touched, setTouched] = useState<readonly string[]>([])
  const [refused, setRefused] = useState<readonly FieldError[]>([])
  const [syntax, setSyntaxError] = useState<FieldError>()
  const parsed = schema.safeParse(draft)
  const errors = [...(syntax ? [syntax] : []), ...(parsed.success ? [] : fieldErrors(parsed.error)), ...refused]
  function set(path: string, value: unknown) {
    setDraft((before) => withValue(before, path, value))
    setTouched((before) => (before.includes(path) ? before : [...before, path]))
    setRefused((before) => before.filter(({ field }) => !isAt(field, path)))
  }
  return {
    draft,
    errors,
    valid: parsed.success && syntax === undefined,
    revision,
    messageFor: (path) => {
      const seen = touched.some((other) => isAt(path, other) || isAt(other, path))
      return seen ? errors.find(({ field }) => isAt(field, path))?.message : undefined
    },
    set,
    replace: (path, value) => {
      set(path, value)
      setRevision((before) => before + 1)
    },
    setSyntax: (path, message) => setSyntaxError(message === undefined ? undefined : { field: path, message }),
    showAll: (found = []) => {
      setTouched([''])
      setRefused(found)
    },
  }
}

/** Whether a path is another one or below it; everything is below the empty one. */
function isAt(path: string, above: string): boolean {
  return above === '' || path === above || path.startsWith(`${above}.`)
}

const EditorContext = createContext<Editor | undefined>(undefined)
export const EditorProvider = EditorContext.Provider

/** One field of the document that is edited around it. */
export function useField(path: string) {
  const editor = useContext(EditorContext)
  if (editor === undefined) throw new Error('a field needs an EditorProvider around it')
  return {
    id: fieldId(path),
    value: valueAt(editor.draft, path),
    message: editor.messageFor(path),
    set: (value: unknown) => editor.set(path, value),
    replace: (value: unknown) => editor.replace(path, value),
    revision: editor.revision,
    setSyntax: (message: string | undefined) => editor.setSyntax(path, message),
  }
}

/** Id of the element that edits a path. */
export function fieldId(path: string): string {
  return `field-${path.replaceAll('.', '-')}`
}
