import type { Channel, Group } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Table } from '../../ui/table.tsx'
import { releaseName } from '../rollouts/release-name.ts'

const columns = [
  'Channel',
  { name: 'Repository', wide: true } as const,
  'Current release',
  'Groups',
  { name: 'Default policy', wide: true } as const,
]

export function ChannelTable({ channels, groups }: { channels: Channel[]; groups: Group[] }) {
  return (
    <Table caption={`Channels by name, ${channels.length} on this page`} columns={columns}>
      {channels.map(({ id, name, repository, current, defaultPolicy }) => (
        <tr key={id}>
          <th scope="row">
            <Link href={paths.channel(name)}>{name}</Link>
          </th>
          <td className="wide">
            <code>{repository}</code>
          </td>
          <td>
            {current === null ? (
              <span className="quiet">none completed</span>
            ) : (
              <Link href={paths.release(current.id)}>{releaseName(current)}</Link>
            )}
          </td>
          <td>{followers(groups, id) || <span className="quiet">none</span>}</td>
          <td className="wide">{defaultPolicy?.name ?? 'standard'}</td>
        </tr>
      ))}
    </Table>
  )
}

function followers(groups: Group[], channelId: string): string {
  return groups.flatMap(({ channel, name }) => (channel?.id === channelId ? [name] : [])).join(', ')
}
