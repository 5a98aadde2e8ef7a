import type { FleetSummary, Rollout } from '@bootfleet/contracts'
import { counted } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'
import { releaseName } from '../rollouts/release-name.ts'

export interface Attention {
  text: string
  detail: string
  /** Where to do something about it. */
  href: string
}

/** What will not get better by itself, the most urgent first. */
export function attentionOf(summary: FleetSummary, paused: Rollout[]): Attention[] {
  const { devices, health, quarantinedDevices, pendingEnrollments, frozenGroups } = summary
  const found: (Attention | false)[] = [
    ...paused.map(({ id, channel, release, because }) => ({
      text: `${releaseName(release)} to ${channel.name} is paused`,
      detail: because.message,
      href: paths.rollout(id),
    })),
    health.unhealthy > 0 && {
      text: `${counted(health.unhealthy, 'device')} unhealthy`,
      detail: 'By the last report of their health checks.',
      href: paths.devices(),
    },
    quarantinedDevices > 0 && {
      text: `${counted(quarantinedDevices, 'device')} with a quarantined image`,
      detail: 'An image that a device fell back from is not offered to it again until somebody says so.',
      href: paths.devices(),
    },
    devices.offline > 0 && {
      text: `${counted(devices.offline, 'device')} offline`,
      detail: 'They get what they should be when they come back.',
      href: paths.devices({ state: 'offline' }),
    },
    pendingEnrollments > 0 && {
      text: `${counted(pendingEnrollments, 'device')} waiting to be let in`,
      detail: 'Their enrollment token asks for an approval.',
      href: paths.enroll(),
    },
    ...frozenGroups.map(({ name }) => ({
      text: `Group ${name} is frozen`,
      detail: 'Nothing is granted to its devices until that is lifted.',
      href: paths.devices({ group: name }),
    })),
  ]
  return found.filter((item) => item !== false)
}
