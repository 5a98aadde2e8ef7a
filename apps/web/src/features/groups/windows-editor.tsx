'use client'

import { weekdays } from '@bootfleet/contracts'
import { NumberField, TextField } from '../editor/fields.tsx'
import { ItemsField } from '../editor/items-field.tsx'
import { useField } from '../editor/use-editor.ts'

const newWeekly = { days: ['sat', 'sun'], from: '01:00', to: '05:00', timezone: 'UTC' }
const newCron = { cron: '0 2 * * 6', durationMin: 180, timezone: 'UTC' }

/** When devices may apply; no window at all is always. */
export function WindowsEditor() {
  const { value } = useField('windows')
  return (
    <>
      {Array.isArray(value) && value.length === 0 && (
        <p className="quiet">Without a window devices may apply at any time outside blackouts.</p>
      )}
      <ItemsField
        path="windows"
        one="window"
        adds={[
          ['Add weekly hours', newWeekly],
          ['Add a cron expression', newCron],
        ]}
      >
        {(path, window) => (
          <WindowFields path={path} weekly={typeof window === 'object' && window !== null && 'days' in window} />
        )}
      </ItemsField>
    </>
  )
}

function WindowFields({ path, weekly }: { path: string; weekly: boolean }) {
  return (
    <>
      {weekly && <DaysField path={`${path}.days`} />}
      <div className="grid-fields">
        {weekly ? (
          <>
            <TextField path={`${path}.from`} label="From" empty="" placeholder="22:00" />
            <TextField
              path={`${path}.to`}
              label="To"
              empty=""
              placeholder="04:00"
              hint="before “From”: on the next day"
            />
          </>
        ) : (
          <>
            <TextField path={`${path}.cron`} label="Cron expression" hint="minute hour day month weekday" />
            <NumberField path={`${path}.durationMin`} label="Open for, minutes" min={1} />
          </>
        )}
        <TextField path={`${path}.timezone`} label="Time zone" hint="such as Europe/Berlin" list="zones" />
      </div>
    </>
  )
}

const dayNames = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
}

function DaysField({ path }: { path: string }) {
  const { id, value, message, set } = useField(path)
  const chosen: unknown[] = Array.isArray(value) ? value : []
  return (
    <fieldset className="days" id={id}>
      <legend>It begins on</legend>
      {weekdays.map((day) => (
        <label key={day} className="inline">
          <input
            type="checkbox"
            checked={chosen.includes(day)}
            onChange={({ target }) =>
              set(weekdays.filter((other) => (other === day ? target.checked : chosen.includes(other))))
            }
          />
          {dayNames[day]}
        </label>
      ))}
      {message !== undefined && <small className="field-error">{message}</small>}
    </fieldset>
  )
}
