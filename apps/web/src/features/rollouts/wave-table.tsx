import type { RolloutWave } from '@bootfleet/contracts'
import { inWords } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Table } from '../../ui/table.tsx'
import { waveTones } from './state-tones.ts'

export function WaveTable({ waves }: { waves: RolloutWave[] }) {
  if (waves.length === 0) return <p className="quiet">The waves are planned when the rollout starts.</p>
  return (
    <Table caption="Waves in their order" columns={['Wave', 'State', 'Size', 'Targets', 'Gate']}>
      {waves.map((wave) => (
        <tr key={wave.index}>
          <th scope="row">
            {wave.index + 1}. {wave.name}
          </th>
          <td>
            <Badge state={wave.state} tone={waveTones[wave.state]} />
          </td>
          <td className="number">{wave.size}</td>
          <td>{countsText(wave.counts)}</td>
          <td>{wave.evaluation?.map(gateText).join('; ') ?? <span className="quiet">not judged yet</span>}</td>
        </tr>
      ))}
    </Table>
  )
}

function countsText(counts: RolloutWave['counts']): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0)
  return present.map(([state, count]) => `${count} ${inWords(state)}`).join(', ') || 'none yet'
}

function gateText({ metric, numerator, denominator, threshold, verdict }: GateEvaluation): string {
  const limit = threshold === null ? '' : ` (limit ${threshold})`
  return `${inWords(metric)} ${numerator} of ${denominator}${limit}: ${verdict}`
}

type GateEvaluation = NonNullable<RolloutWave['evaluation']>[number]
