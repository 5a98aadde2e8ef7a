import type { Freeze, Group } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Table } from '../../ui/table.tsx'
import { groupState } from './group-state.ts'
import { budgetText, windowsText } from './group-words.ts'

const columns = [
  'Group',
  'Now',
  'Channel',
  { name: 'Devices', number: true } as const,
  { name: 'May be away', wide: true } as const,
  { name: 'Windows', wide: true } as const,
]

export function GroupTable({ groups, everywhere }: { groups: Group[]; everywhere: Freeze | null }) {
  const now = Date.now()
  return (
    <Table caption={`Groups by name, ${groups.length} on this page`} columns={columns}>
      {groups.map((group) => (
        <tr key={group.id}>
          <th scope="row">
            <Link href={paths.group(group.name)}>{group.name}</Link>
          </th>
          <td>
            <Badge {...groupState(group, { now, everywhere })} />
          </td>
          <td>
            {group.channel === null ? (
              <span className="quiet">none</span>
            ) : (
              <Link href={paths.channel(group.channel.name)}>{group.channel.name}</Link>
            )}
          </td>
          <td className="number">
            <Link href={paths.devices({ group: group.name })}>
              {group.devices}
              <span className="hidden"> devices of {group.name}</span>
            </Link>
          </td>
          <td className="wide">{budgetText(group.budget)}</td>
          <td className="wide">{windowsText(group)}</td>
        </tr>
      ))}
    </Table>
  )
}
