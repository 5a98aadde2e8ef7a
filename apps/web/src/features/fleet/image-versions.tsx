import type { FleetSummary } from '@bootfleet/contracts'
import Link from 'next/link'
import { counted, percent } from '../../lib/amounts.ts'
import { shortDigest } from '../../lib/digest.ts'
import { paths } from '../../lib/paths.ts'
import { Digest } from '../../ui/digest.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { StackedBar } from '../../ui/stacked-bar.tsx'
import { Table } from '../../ui/table.tsx'
import { AdoptDigest } from './adopt-digest.tsx'
import { groupImages, type ImageGroup } from './image-groups.ts'

interface ImageVersionsProps {
  booted: FleetSummary['booted']
  /** That a digest may be made a release of. */
  channels: string[]
  refusal: string | undefined
}

/** What the devices run, by what they booted. */
export function ImageVersions({ booted, ...adopt }: ImageVersionsProps) {
  const reporting = booted.reduce((sum, { devices }) => sum + devices, 0)
  if (reporting === 0) return <EmptyState title="No device has reported an image yet" />
  return (
    <Table
      caption={`What ${counted(reporting, 'device')} booted, the most frequent first`}
      columns={[
        'Version',
        { name: 'Channel', wide: true },
        { name: 'Digests', wide: true },
        { name: 'Devices', number: true },
        'Share',
      ]}
    >
      {groupImages(booted).map((group) => (
        <tr key={group.key}>
          <th scope="row">
            <Version {...group} /> {group.release === null && <AdoptDigest digest={group.key} {...adopt} />}
          </th>
          <td className="wide">{group.release?.channel.name ?? <span className="quiet">none</span>}</td>
          <td className="wide">
            <Digests {...group} />
          </td>
          <td className="number">{group.devices}</td>
          <td className="share">
            <StackedBar whole={reporting} parts={[{ name: 'devices', count: group.devices, fill: 'accent' }]} />
            {percent(group.devices, reporting)}
          </td>
        </tr>
      ))}
    </Table>
  )
}

function Version({ release, digests }: ImageGroup) {
  if (release !== null) return <Link href={paths.release(release.id)}>{release.version ?? 'unnamed release'}</Link>
  return (
    <>
      <span className="quiet">not a release</span>{' '}
      <code className="phone">{digests[0] && shortDigest(digests[0].digest)}</code>
    </>
  )
}

function Digests({ digests }: ImageGroup) {
  return (
    <ul className="digests">
      {digests.map(({ digest, devices }) => (
        <li key={digest}>
          <Digest digest={digest} />{' '}
          <Link
            href={paths.devices({ digest })}
            aria-label={`${counted(devices, 'device')} with ${shortDigest(digest)}`}
          >
            {counted(devices, 'device')}
          </Link>
        </li>
      ))}
    </ul>
  )
}
