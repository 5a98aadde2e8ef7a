import type { FleetSummary } from '@bootfleet/contracts'
import Link from 'next/link'
import { counted, percent } from '../../lib/amounts.ts'
import { shortDigest } from '../../lib/digest.ts'
import { paths } from '../../lib/paths.ts'
import { Digest } from '../../ui/digest.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { StackedBar } from '../../ui/stacked-bar.tsx'
import { Table } from '../../ui/table.tsx'

/** What the devices run, by what they booted. */
export function ImageVersions({ booted }: { booted: FleetSummary['booted'] }) {
  const reporting = booted.reduce((sum, { devices }) => sum + devices, 0)
  if (reporting === 0) return <EmptyState title="No device has reported an image yet" />
  return (
    <Table
      caption={`Images that ${counted(reporting, 'device')} booted, the most frequent first`}
      columns={[
        'Version',
        { name: 'Channel', wide: true },
        'Digest',
        { name: 'Devices', number: true },
        { name: 'Share', wide: true },
      ]}
    >
      {booted.map(({ digest, devices, release }) => (
        <tr key={digest}>
          <th scope="row">
            {release === null ? (
              <span className="quiet">not a release</span>
            ) : (
              <Link href={paths.release(release.id)}>{release.version ?? shortDigest(digest)}</Link>
            )}
          </th>
          <td className="wide">{release?.channel.name ?? <span className="quiet">none</span>}</td>
          <td>
            <Digest digest={digest} />
          </td>
          <td className="number">
            <Link
              href={paths.devices({ digest })}
              aria-label={`${counted(devices, 'device')} with ${shortDigest(digest)}`}
            >
              {devices}
            </Link>
          </td>
          <td className="wide share">
            <StackedBar whole={reporting} parts={[{ name: 'devices', count: devices, fill: 'accent' }]} />
            {percent(devices, reporting)}
          </td>
        </tr>
      ))}
    </Table>
  )
}
