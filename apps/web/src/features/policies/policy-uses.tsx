import type { Rollout } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { releaseName } from '../rollouts/release-name.ts'
import { rolloutTones } from '../rollouts/state-tones.ts'

/** The rollouts that were made from a policy, with the version that each has kept. */
export function PolicyUses({ rollouts }: { rollouts: Rollout[] }) {
  if (rollouts.length === 0) return <EmptyState title="No rollout was made from it yet" />
  return (
    <Table
      caption={`Rollouts that use it, the newest first, ${rollouts.length} on this page`}
      columns={['Rollout', 'State', 'Version', { name: 'Created', wide: true }]}
    >
      {rollouts.map(({ id, release, channel, state, policyVersion, createdAt }) => (
        <tr key={id}>
          <th scope="row">
            <Link href={paths.rollout(id)}>
              {releaseName(release)} to {channel.name}
            </Link>
          </th>
          <td>
            <Badge state={state} tone={rolloutTones[state]} />
          </td>
          <td>{policyVersion ?? <span className="quiet">not known</span>}</td>
          <td className="wide">
            <Instant at={createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
