import type { Device, DeviceImage } from '@bootfleet/contracts'
import { formatAge } from '../duration.ts'
import { fieldLines } from './fields.ts'
import type { Output } from './output.ts'
import { inWords } from './text.ts'

/** What people call an image on a device: the version if it is known, else the beginning of its digest. */
export function imageName(image: Pick<DeviceImage, 'version' | 'digest' | 'release'> | null): string {
  return image === null ? '-' : (image.release?.version ?? image.version ?? image.digest.slice(0, 19))
}

/** A device for people. */
export function deviceLines(device: Device, output: Output): string[] {
  const { booted, staged, rollback, activeRollout, labels } = device
  const now = Date.now()
  return fieldLines(
    [
      ['name', device.name],
      ['id', device.id],
      ['hardware id', device.hardwareId],
      ['state', `${inWords(device.state)}, seen ${formatAge(device.lastSeenAt, now)}`],
      ['group', device.group.name],
      ['channel', device.channel?.name],
      [
        'labels',
        Object.entries(labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(', '),
      ],
      ['architecture', device.architecture],
      ['phase', device.phase && inWords(device.phase)],
      ['health', device.health && inWords(device.health)],
      ['booted', imageText(booted)],
      ['staged', staged && `${imageText(staged)}${staged.locked ? ' (locked)' : ''}`],
      ['rollback', imageText(rollback)],
      ['rollout', activeRollout && `${activeRollout.id} (${inWords(activeRollout.targetState)})`],
      ...device.quarantined.map(({ digest, reason }) => ['quarantined', `${digest.slice(0, 19)}… ${reason}`] as const),
      ['agent', device.agent],
      ['enrolled', formatAge(device.enrolledAt, now)],
    ],
    output,
  )
}

function imageText(image: DeviceImage | null): string | null {
  if (image === null) return null
  const name = imageName(image)
  return image.digest.startsWith(name) ? image.digest : `${name}  ${image.digest.slice(0, 19)}…`
}
