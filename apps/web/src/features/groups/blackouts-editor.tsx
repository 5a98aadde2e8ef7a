'use client'

import { InstantField, TextField } from '../editor/fields.tsx'
import { ItemsField } from '../editor/items-field.tsx'

const dayMs = 86_400_000

/** Times in which nothing is applied, whatever the windows say. A new one begins at the midnight after `now`. */
export function BlackoutsEditor({ now }: { now: number }) {
  const midnight = Math.ceil(now / dayMs) * dayMs
  const added = { from: isoOf(midnight), to: isoOf(midnight + dayMs), reason: '' }
  return (
    <ItemsField path="blackouts" one="blackout" adds={[['Add a blackout', added]]}>
      {(path) => (
        <div className="grid-fields">
          <InstantField path={`${path}.from`} label="From (UTC)" />
          <InstantField path={`${path}.to`} label="To (UTC)" />
          <TextField path={`${path}.reason`} label="Reason" empty="" placeholder="Christmas sale" />
        </div>
      )}
    </ItemsField>
  )
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}
