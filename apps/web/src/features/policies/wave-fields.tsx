'use client'

import { ChoiceField, DurationField, NumberField, ShareField, TextField } from '../editor/fields.tsx'
import { SequentialFields } from './sequential-fields.tsx'

interface WaveFieldsProps {
  /** `spec.waves.0`, or `spec.rest` for the last. */
  path: string
  /** It takes all the others. */
  last?: boolean
}

const approvals = [
  ['auto', 'by itself'],
  ['manual', 'once approved'],
] as const

const signals = [
  ['hold', 'hold the rollout'],
  ['trip', 'trip the gate'],
  ['ignore', 'do nothing'],
] as const

/** One wave of a recipe: whom it takes, how long it soaks, and what its gate asks for. */
export function WaveFields({ path, last = false }: WaveFieldsProps) {
  return (
    <>
      <div className="grid-fields">
        <TextField path={`${path}.name`} label="Name" />
        {last ? <p className="quiet field">It takes all the others.</p> : <WhomFields path={path} />}
        <DurationField path={`${path}.soakSec`} label="Soak" hint="how long it must stay healthy" />
        <ChoiceField path={`${path}.approval`} label="It opens" options={[...approvals]} />
      </div>
      <h3>Its gate</h3>
      <div className="grid-fields">
        <NumberField path={`${path}.gate.maxFailures`} label="Failures at most" min={0} hint="more trip it; or empty" />
        <NumberField
          path={`${path}.gate.maxFailurePercent`}
          label="Failures at most, %"
          min={0}
          max={100}
          hint="of those concluded; or empty"
        />
        <NumberField path={`${path}.gate.minConcluded`} label="Judged from" min={1} hint="so many concluded on" />
        <NumberField path={`${path}.gate.minSuccessPercent`} label="Must succeed, %" min={0} max={100} />
        <ChoiceField path={`${path}.gate.signals`} label="Unhealthy signals" options={[...signals]} />
      </div>
      <SequentialFields path={`${path}.gate.sprt`} />
    </>
  )
}

function WhomFields({ path }: { path: string }) {
  return (
    <>
      <TextField
        path={`${path}.selector`}
        label="Devices"
        hint="a selector; or empty for any that no later wave names"
        placeholder="site=lab"
        empty={null}
      />
      <ShareField
        path={`${path}.size`}
        label="Size"
        hint="a count; or % of those, the ones before among them; empty for all that match"
      />
    </>
  )
}
