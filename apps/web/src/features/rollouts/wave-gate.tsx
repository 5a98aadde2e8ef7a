import type { Rollout, RolloutWave } from '@bootfleet/contracts'
import { Instant } from '../../ui/instant.tsx'
import { GateList } from './gate-list.tsx'
import { soFarText } from './gate-text.ts'

interface WaveGateProps {
  wave: RolloutWave
  rule: Rollout['policy']['waves'][number]['gate'] | undefined
}

const decided: Record<RolloutWave['state'], string> = {
  pending: 'was last judged',
  open: 'was last judged',
  passed: 'passed',
  promoted: 'was promoted',
  tripped: 'tripped',
}

/** What the gate of a wave counted and when, and what there is to count now where it has not passed. */
export function WaveGate({ wave, rule }: WaveGateProps) {
  const { state, evaluation, concludedAt } = wave
  return (
    <>
      {evaluation !== null && (
        <p className="gates quiet">
          When it {decided[state]}
          {concludedAt !== null && (
            <>
              , <Instant at={concludedAt} />
            </>
          )}
          :
        </p>
      )}
      <GateList evaluations={evaluation} rule={rule} />
      {state !== 'pending' && state !== 'passed' && <p className="gates">{soFarText(wave)}</p>}
    </>
  )
}
