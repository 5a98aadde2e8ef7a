'use client'

import { useState } from 'react'
import { formText } from '../../lib/form-text.ts'

interface StartAtFieldProps {
  /** The time that it has now. */
  current?: string | null
  /** It may also be made a draft again. */
  mayClear?: boolean
}

/** When a rollout is to start by itself. */
export function StartAtField({ current, mayClear = false }: StartAtFieldProps) {
  const [cleared, setCleared] = useState(false)
  return (
    <>
      <label>
        It starts at (UTC)
        <input
          name="startAt"
          type="datetime-local"
          required
          disabled={cleared}
          defaultValue={current?.slice(0, 16) ?? ''}
        />
      </label>
      {mayClear && (
        <label className="inline">
          <input type="checkbox" checked={cleared} onChange={() => setCleared(!cleared)} />
          Not by itself: make it a draft again
        </label>
      )}
    </>
  )
}

/** What was chosen, as the API takes it; null for a draft. */
export function startAtOf(fields: FormData): string | null {
  const local = formText(fields, 'startAt')
  return local === undefined ? null : `${local}:00Z`
}
