import type { Device } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { inWords } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { DeviceImage } from './device-image.tsx'
import { connectionTones, healthTone } from './device-tones.ts'
import { DriftBadge } from './drift-badge.tsx'
import { isSimulated } from './is-simulated.ts'

const columns = [
  'Name',
  'Connection',
  'Booted',
  { name: 'Health', wide: true } as const,
  { name: 'Now', wide: true } as const,
  { name: 'Group', wide: true } as const,
  { name: 'Labels', wide: true } as const,
  { name: 'Last seen', wide: true } as const,
]

export function DeviceTable({ devices }: { devices: Device[] }) {
  return (
    <Table caption={`Devices by name, ${devices.length} on this page`} columns={columns}>
      {devices.map((device) => (
        <tr key={device.id}>
          <th scope="row">
            <Link href={paths.device(device.id)}>{device.name}</Link>{' '}
            {isSimulated(device) && <Badge state="simulated" tone="quiet" />} <DriftBadge count={device.drift} />
          </th>
          <td>
            <Badge state={device.state} tone={connectionTones[device.state]} />
          </td>
          <td>
            <DeviceImage image={device.booted} />
          </td>
          <td className="wide">
            {device.health === null ? (
              <span className="quiet">unknown</span>
            ) : (
              <Badge state={device.health} tone={healthTone(device.health)} />
            )}
          </td>
          <td className="wide">
            <Phase device={device} />
          </td>
          <td className="wide">{device.group.name}</td>
          <td className="wide">
            <Labels labels={device.labels} />
          </td>
          <td className="wide">
            <Instant at={device.lastSeenAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function Phase({ device: { activeRollout, phase } }: { device: Device }) {
  if (activeRollout === null) {
    // Its health has a column of its own.
    return <span className="quiet">{phase === null ? 'unknown' : phase === 'healthy' ? 'idle' : inWords(phase)}</span>
  }
  return <Link href={paths.rollout(activeRollout.id)}>{inWords(activeRollout.targetState)}</Link>
}

const shownLabels = 3

function Labels({ labels }: { labels: Device['labels'] }) {
  const pairs = Object.entries(labels).filter(([key]) => key !== 'simulated')
  return (
    <>
      {pairs.slice(0, shownLabels).map(([key, value]) => (
        <code key={key} className="label">{`${key}=${value}`}</code>
      ))}
      {pairs.length > shownLabels && <span className="quiet">and {pairs.length - shownLabels} more</span>}
    </>
  )
}
