import type { Boot, Device } from '@bootfleet/contracts'
import type { Tone } from '../../ui/badge.tsx'

export const connectionTones: Record<Device['state'], Tone> = {
  online: 'good',
  offline: 'attention',
  never_seen: 'quiet',
}

const healthTones: Record<string, Tone> = { healthy: 'good', unhealthy: 'bad', checking: 'busy' }

/** Agents newer than this dashboard may say more. */
export function healthTone(health: string): Tone {
  return healthTones[health] ?? 'quiet'
}

const fallen = new Set(['finalize_failed', 'never_finalized', 'rolled_back', 'diverged'])

/** A boot is good when it was healthy and of the image that was meant to boot. */
export function bootTone({ outcome, health }: Pick<Boot, 'outcome' | 'health'>): Tone {
  if (fallen.has(outcome) || health === 'unhealthy') return 'bad'
  return health === 'healthy' ? 'good' : 'quiet'
}
