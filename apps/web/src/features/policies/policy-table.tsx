import type { Policy } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'

const columns = [
  'Policy',
  'Waves',
  { name: 'Approvals', number: true } as const,
  { name: 'On trip', wide: true } as const,
  { name: 'Version', wide: true } as const,
  { name: 'Changed', wide: true } as const,
]

const tripWords = { pause: 'pauses', abort: 'aborts', rollback: 'rolls back' }

export function PolicyTable({ policies }: { policies: Policy[] }) {
  return (
    <Table caption={`Policies by name, ${policies.length} on this page`} columns={columns}>
      {policies.map(({ id, name, spec, version, updatedAt }) => (
        <tr key={id}>
          <th scope="row">
            <Link href={paths.policy(name)}>{name}</Link>
          </th>
          <td>{[...spec.waves, spec.rest].map((wave) => wave.name).join(', ')}</td>
          <td className="number">{spec.approvals}</td>
          <td className="wide">{tripWords[spec.onTrip]}</td>
          <td className="wide">{version}</td>
          <td className="wide">
            <Instant at={updatedAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
