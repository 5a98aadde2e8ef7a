import type { Device } from '@bootfleet/contracts'
import { inWords } from '../../lib/words.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Instant } from '../../ui/instant.tsx'
import { Table } from '../../ui/table.tsx'
import { DeviceImage } from './device-image.tsx'

const columns = ['Name', 'Group', 'Connection', 'Last seen', 'Booted', 'Phase', 'Health']
const tones: Record<Device['state'], Tone> = { online: 'good', offline: 'bad', never_seen: 'quiet' }

export function DeviceTable({ devices }: { devices: Device[] }) {
  if (devices.length === 0) return <p className="note">No device is here. Enroll one with an enrollment token.</p>
  return (
    <Table caption={`Devices by name, ${devices.length} on this page`} columns={columns}>
      {devices.map((device) => (
        <tr key={device.id}>
          <th scope="row">{device.name}</th>
          <td>{device.group.name}</td>
          <td>
            <Badge state={device.state} tone={tones[device.state]} />
          </td>
          <td>
            <Instant at={device.lastSeenAt} />
          </td>
          <td>
            <DeviceImage image={device.booted} />
          </td>
          <td>{device.phase === null ? <span className="quiet">unknown</span> : inWords(device.phase)}</td>
          <td>{device.health === null ? <span className="quiet">unknown</span> : inWords(device.health)}</td>
        </tr>
      ))}
    </Table>
  )
}
