'use client'

import { ItemsField } from '../editor/items-field.tsx'
import { useField } from '../editor/use-editor.ts'
import { WaveFields } from './wave-fields.tsx'

const newWave = {
  name: 'next',
  selector: null,
  size: { percent: 25 },
  soakSec: 300,
  gate: { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100, signals: 'hold' },
  approval: 'auto',
}

/** The waves in their order; the rest is always the last. */
export function WavesEditor() {
  const { revision } = useField('spec.rest')
  return (
    <>
      <ItemsField path="spec.waves" one="wave" adds={[['Add a wave', newWave]]}>
        {(path) => <WaveFields path={path} />}
      </ItemsField>
      <fieldset key={revision}>
        <legend>Last wave</legend>
        <WaveFields path="spec.rest" last />
      </fieldset>
    </>
  )
}
