import type { RolloutWave, Target } from '@bootfleet/contracts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { targetTones } from './state-tones.ts'

export function TargetTable({ targets, waves }: { targets: Target[]; waves: RolloutWave[] }) {
  if (targets.length === 0) return <p className="quiet">The list of targets is made when the rollout starts.</p>
  return (
    <Table
      caption={`Targets in the order of the rollout, ${targets.length} on this page`}
      columns={['Device', 'Wave', 'State', 'Why', 'Since']}
    >
      {targets.map((target) => (
        <tr key={target.deviceId}>
          <th scope="row">{target.deviceName}</th>
          <td>{waveName(target, waves)}</td>
          <td>
            <Badge state={target.state} tone={targetTones[target.state]} />
          </td>
          <td>{target.because.message}</td>
          <td>
            <Instant at={target.stateSince} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function waveName({ wave }: Target, waves: RolloutWave[]): string {
  if (wave === null) return 'none yet'
  return waves.find(({ index }) => index === wave)?.name ?? String(wave + 1)
}
