import type { Because, FleetSummary, Rollout } from '@bootfleet/contracts'
import { counted } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'
import { releaseName } from '../rollouts/release-name.ts'

export interface Attention {
  text: string
  detail: string
  /** Where to do something about it. */
  href: string
}

/** A rollout with what its explanation says. */
export interface Explained {
  rollout: Rollout
  reasons: Because[]
}

/** What will not get better by itself, the most urgent first. */
export function attentionOf(summary: FleetSummary, rollouts: Explained[]): Attention[] {
  return [
    ...rollouts.flatMap(stoppedRollout),
    ...rollouts.flatMap(takenSlots),
    ...heldDevices(summary),
    ...troubledDevices(summary, rollouts),
    ...summary.frozenGroups.map(({ name }) => ({
      text: `Group ${name} is frozen`,
      detail: 'Nothing is granted to its devices until that is lifted.',
      href: paths.devices({ group: name }),
    })),
  ]
}

function stoppedRollout({ rollout }: Explained): Attention[] {
  const { id, state, channel, release, because } = rollout
  const name = `${releaseName(release)} to ${channel.name}`
  const href = paths.rollout(id)
  if (state === 'awaiting_approval') return [{ text: `${name} waits for an approval`, detail: because.message, href }]
  if (state !== 'paused') return []
  return [{ text: `${name} is paused`, detail: because.message, href }]
}

function takenSlots({ rollout, reasons }: Explained): Attention[] {
  const found = reasons.find(({ code }) => code === 'budget.held_by_failed')
  if (found === undefined) return []
  const count = Number(found['count'])
  return [
    {
      text: `${counted(count, 'device')} did not come back and ${count === 1 ? 'holds a slot' : 'hold slots'}`,
      detail: `Of ${releaseName(rollout.release)} to ${rollout.channel.name}. Repair them, or release their slots.`,
      href: paths.rollout(rollout.id, { state: rollout.counts.timed_out > 0 ? 'timed_out' : 'failed' }),
    },
  ]
}

function heldDevices({ serverBehindDevices: held }: FleetSummary): Attention[] {
  if (held === 0) return []
  return [
    {
      text: `${counted(held, 'device')} ${held === 1 ? 'knows' : 'know'} more than this server`,
      detail: 'As after a restored backup: they get no new image until they are resumed.',
      href: paths.devices(),
    },
  ]
}

function troubledDevices(summary: FleetSummary, rollouts: Explained[]): Attention[] {
  const { devices, health, quarantinedDevices, pendingEnrollments } = summary
  const fellBack = rollouts.find(({ rollout }) => rollout.counts.rolled_back > 0)?.rollout
  const found: (Attention | false)[] = [
    pendingEnrollments > 0 && {
      text: `${counted(pendingEnrollments, 'device')} waiting to be let in`,
      detail: 'Their enrollment token asks for an approval.',
      href: paths.enroll(),
    },
    health.unhealthy > 0 && {
      text: `${counted(health.unhealthy, 'device')} unhealthy`,
      detail: 'By the last report of their health checks.',
      href: paths.devices({ health: 'unhealthy' }),
    },
    quarantinedDevices > 0 && {
      text: `${counted(quarantinedDevices, 'device')} with a quarantined image`,
      detail: 'An image that a device fell back from is not offered to it again until somebody says so.',
      href: fellBack ? paths.rollout(fellBack.id, { state: 'rolled_back' }) : paths.devices({ quarantined: 'true' }),
    },
    devices.offline > 0 && {
      text: `${counted(devices.offline, 'device')} offline`,
      detail: 'They get what they should be when they come back.',
      href: paths.devices({ state: 'offline' }),
    },
  ]
  return found.filter((item) => item !== false)
}
