import type { Channel, Release } from '@bootfleet/contracts'
import Link from 'next/link'
import { formatBytes } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { Digest } from '../../ui/digest.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { releaseTitle } from './release-title.ts'

const columns = [
  'Release',
  { name: 'Digest', wide: true } as const,
  { name: 'Architectures', wide: true } as const,
  { name: 'Size', wide: true } as const,
  'Published',
  'Rollout',
]

export function ReleaseTable({ channel, releases }: { channel: Channel; releases: Release[] }) {
  if (releases.length === 0) {
    return <EmptyState title="No release yet">Publish an image that a pipeline has pushed.</EmptyState>
  }
  return (
    <Table caption={`Releases, the newest first, ${releases.length} on this page`} columns={columns}>
      {releases.map((release) => {
        const title = releaseTitle(release)
        const digest = release.indexDigest ?? release.manifests[0]?.manifestDigest
        return (
          <tr key={release.id}>
            <th scope="row">
              <Link href={paths.release(release.id)}>{title}</Link>{' '}
              {channel.current?.id === release.id && <Badge state="current" tone="good" />}
              {release.barrier && <Badge state="barrier" tone="quiet" />}
              {release.deadEnd && <Badge state="dead end" tone="bad" />}
            </th>
            <td className="wide">{digest && <Digest digest={digest} />}</td>
            <td className="wide">{release.manifests.map(({ architecture }) => architecture).join(', ')}</td>
            <td className="wide">{formatBytes(Math.max(0, ...release.manifests.map(({ sizeBytes }) => sizeBytes)))}</td>
            <td>
              <Instant at={release.createdAt} />
            </td>
            <td>
              <Link href={paths.newRollout({ channel: channel.name, release: release.id })}>
                Roll out<span className="hidden"> {title}</span>
              </Link>
            </td>
          </tr>
        )
      })}
    </Table>
  )
}
