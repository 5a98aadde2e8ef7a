import type { Rollout } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { releaseName } from './release-name.ts'
import { RolloutProgress } from './rollout-progress.tsx'
import { rolloutTones } from './state-tones.ts'

const columns = ['Rollout', 'State', { name: 'Why', wide: true }, 'Progress', { name: 'Created', wide: true }] as const

export function RolloutTable({ rollouts }: { rollouts: Rollout[] }) {
  return (
    <Table caption={`Rollouts, the newest first, ${rollouts.length} on this page`} columns={[...columns]}>
      {rollouts.map((rollout) => (
        <tr key={rollout.id}>
          <th scope="row">
            <Link href={paths.rollout(rollout.id)}>
              {releaseName(rollout.release)} to {rollout.channel.name}
            </Link>
          </th>
          <td>
            <Badge state={rollout.state} tone={rolloutTones[rollout.state]} />
          </td>
          <td className="wide">{rollout.because.message}</td>
          <td>
            <RolloutProgress rollout={rollout} />
          </td>
          <td className="wide">
            <Instant at={rollout.createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
