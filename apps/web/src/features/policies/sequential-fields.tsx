'use client'

import { Sprt } from '@bootfleet/contracts'
import { sampleText } from '@bootfleet/domain'
import { NumberField } from '../editor/fields.tsx'
import { useField } from '../editor/use-editor.ts'

// A release that fails on one device of a hundred is told from one that fails on ten.
const usual = { goodFailurePercent: 1, badFailurePercent: 10, alpha: 0.05, beta: 0.05 }

/** The sequential test of a gate, which may be left out: its numbers, and how many devices it needs. */
export function SequentialFields({ path }: { path: string }) {
  const { id, value, replace, revision } = useField(path)
  const isOn = value !== undefined
  return (
    <>
      <label className="inline">
        <input
          id={id}
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => replace(target.checked ? usual : undefined)}
        />
        Decide by the sequential test, as soon as the results say enough
      </label>
      {isOn && (
        // Its fields begin anew when it comes.
        <div className="grid-fields" key={revision}>
          <NumberField
            path={`${path}.goodFailurePercent`}
            label="Good, %"
            min={0}
            max={99}
            hint="failures of a good release"
          />
          <NumberField
            path={`${path}.badFailurePercent`}
            label="Bad, %"
            min={1}
            max={100}
            hint="failures of a bad one"
          />
          <NumberField
            path={`${path}.alpha`}
            label="Risk to trip a good one"
            min={0}
            max={1}
            step="any"
            hint="0.05 is one of twenty"
          />
          <NumberField
            path={`${path}.beta`}
            label="Risk to pass a bad one"
            min={0}
            max={1}
            step="any"
            hint="0.05 is one of twenty"
          />
          <Sample value={value} />
        </div>
      )}
    </>
  )
}

function Sample({ value }: { value: unknown }) {
  const sprt = Sprt.safeParse(value)
  return <p className="quiet field">{sprt.success ? `${sampleText(sprt.data)}.` : 'Its numbers are not right yet.'}</p>
}
