import type { RolloutWave, Target } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { targetTones } from './state-tones.ts'

export function TargetTable({ targets, waves }: { targets: Target[]; waves: RolloutWave[] }) {
  return (
    <Table
      caption={`Targets in the order of the rollout, ${targets.length} on this page`}
      columns={[
        'Device',
        { name: 'Wave', wide: true },
        'State',
        { name: 'Why', wide: true },
        { name: 'Since', wide: true },
      ]}
    >
      {targets.map((target) => (
        <tr key={target.deviceId}>
          <th scope="row">
            <Link href={paths.device(target.deviceId)}>{target.deviceName}</Link>
          </th>
          <td className="wide">{waveName(target, waves)}</td>
          <td>
            <Badge state={target.state} tone={targetTones[target.state]} />
            <span className="phone quiet">{target.because.message}</span>
          </td>
          <td className="wide">{target.because.message}</td>
          <td className="wide">
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
