import type { FleetSummary } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'

/** The fleet in five numbers, each with what it is a part of. */
export function FleetNumbers({ summary: { devices, health, rollouts, driftedDevices } }: { summary: FleetSummary }) {
  const numbers = [
    {
      name: 'Online',
      value: devices.online,
      of: `of ${devices.total} devices`,
      href: paths.devices({ state: 'online' }),
    },
    {
      name: 'Offline',
      value: devices.offline,
      of: `${devices.neverSeen} never seen`,
      href: paths.devices({ state: 'offline' }),
    },
    {
      name: 'Healthy',
      value: health.healthy,
      of: `of ${devices.total}${health.silent > 0 ? `, ${health.silent} silent` : ''}`,
      href: paths.devices(),
    },
    {
      name: 'Drifted',
      value: driftedDevices,
      of: 'more than their image',
      href: paths.devices({ drifted: 'true' }),
    },
    { name: 'Rollouts under way', value: rollouts.active, of: `${rollouts.paused} paused`, href: paths.rollouts() },
  ]
  return (
    <ul className="numbers">
      {numbers.map(({ name, value, of, href }) => (
        <li key={name}>
          <Link href={href}>
            <span>{name}</span> <strong>{value}</strong> <small>{of}</small>
          </Link>
        </li>
      ))}
    </ul>
  )
}
