import type { Rollout } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { progressText } from './progress-text.ts'
import { releaseName } from './release-name.ts'
import { rolloutTones } from './state-tones.ts'

export function RolloutTable({ rollouts }: { rollouts: Rollout[] }) {
  if (rollouts.length === 0) {
    return <p className="note">There is no rollout yet. A pipeline or an operator creates one: POST /v1/rollouts.</p>
  }
  return (
    <Table
      caption={`Rollouts, the newest first, ${rollouts.length} on this page`}
      columns={['Rollout', 'State', 'Why', 'Progress', 'Created']}
    >
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
          <td>{rollout.because.message}</td>
          <td>{progressText(rollout)}</td>
          <td>
            <Instant at={rollout.createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
