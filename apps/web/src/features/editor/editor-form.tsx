'use client'

import { ApiError, type Client } from '@bootfleet/sdk'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { browserApi, problemText } from '../../lib/browser-api.ts'
import type { Draft } from '../../lib/draft.ts'
import { EditorProvider, fieldId, type Editor } from './use-editor.ts'

interface EditorFormProps {
  label: string
  editor: Editor
  refusal: string | undefined
  /** Stores it and says which page shows it. */
  save: (api: Client, draft: Draft) => Promise<string>
  /** Where to go without saving. */
  back: string
  children: ReactNode
}

/** The form around the fields of a document: saves it, or says at each field why not. */
export function EditorForm({ label, editor, refusal, save, back, children }: EditorFormProps) {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const reasonId = useId()
  async function submit(event: FormEvent) {
    event.preventDefault()
    if (busy || refusal !== undefined) return
    setProblem(undefined)
    editor.showAll()
    if (!editor.valid) return setProblem('It was not saved.')
    setBusy(true)
    try {
      router.push(await save(browserApi(), editor.draft))
      router.refresh()
    } catch (error) {
      const found = error instanceof ApiError ? (error.problem?.errors ?? []) : []
      editor.showAll(found)
      setProblem(found.length > 0 ? 'It was not saved.' : problemText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <EditorProvider value={editor}>
      <form className="editor" method="post" noValidate aria-label={label} onSubmit={(event) => void submit(event)}>
        {children}
        {problem !== undefined && <Refusals problem={problem} editor={editor} />}
        <div className="verbs">
          <button
            type="submit"
            className="primary"
            aria-disabled={busy || refusal !== undefined || undefined}
            aria-describedby={refusal && reasonId}
          >
            Save
          </button>
          <Link className="button" href={back}>
            Cancel
          </Link>
          {refusal !== undefined && (
            <p id={reasonId} className="quiet">
              {refusal}
            </p>
          )}
        </div>
      </form>
    </EditorProvider>
  )
}

function Refusals({ problem, editor: { errors } }: { problem: string; editor: Editor }) {
  return (
    <div role="alert">
      {problem}
      <ul className="reasons">
        {errors.map(({ field, message }) => (
          <li key={field + message}>
            <a href={`#${fieldId(field)}`}>{field}</a>: {message}
          </li>
        ))}
      </ul>
    </div>
  )
}
