import type { Device } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { inWords } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Instant } from '../../ui/instant.tsx'
import { connectionTones, healthTone } from './device-tones.ts'
import { DriftBadge } from './drift-badge.tsx'
import { isSimulated } from './is-simulated.ts'

export function DeviceFacts({ device }: { device: Device }) {
  const { name, state, health, phase, group, channel, labels, activeRollout, desired } = device
  const pairs = Object.entries(labels)
  return (
    <>
      <h1>
        {name} <Badge state={state} tone={connectionTones[state]} />{' '}
        {health !== null && <Badge state={health} tone={healthTone(health)} />}{' '}
        {isSimulated(device) && <Badge state="simulated" tone="quiet" />} <DriftBadge count={device.drift} />
      </h1>
      <Facts
        facts={[
          ['Phase', phase === null ? 'not reported' : `${inWords(phase)}${downloaded(device)}`],
          ['Last seen', <Instant at={device.lastSeenAt} />],
          ['Group', <Link href={paths.devices({ group: group.name })}>{group.name}</Link>],
          ['Channel', channel === null ? 'none' : <Link href={paths.channel(channel.name)}>{channel.name}</Link>],
          [
            'Rollout',
            activeRollout === null ? (
              'none now'
            ) : (
              <Link href={paths.rollout(activeRollout.id)}>{inWords(activeRollout.targetState)}</Link>
            ),
          ],
          ['Desired', desired === null ? 'nothing yet' : `generation ${desired.gen}, accepted ${desired.acceptedGen}`],
          ['Hardware id', <code>{device.hardwareId}</code>],
          ['Architecture', device.architecture],
          ['Agent', device.agent ?? 'not reported'],
          ['Certificate', <Instant at={device.certificateExpiresAt} absent="none in force" />],
          ['Enrolled', <Instant at={device.enrolledAt} />],
          [
            'Labels',
            pairs.length === 0
              ? 'none'
              : pairs.map(([key, value]) => <code key={key} className="label">{`${key}=${value}`}</code>),
          ],
        ]}
      />
    </>
  )
}

function downloaded({ progress }: Device): string {
  if (progress === null || progress.bytesTotal === 0) return ''
  return `, ${Math.floor((Math.min(progress.bytes, progress.bytesTotal) * 100) / progress.bytesTotal)} %`
}
