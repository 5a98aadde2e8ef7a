import type { Rollout, RolloutWave, Target } from '@bootfleet/contracts'
import type { Tone } from '../../ui/badge.tsx'

export const rolloutTones: Record<Rollout['state'], Tone> = {
  draft: 'quiet',
  awaiting_approval: 'quiet',
  scheduled: 'quiet',
  running: 'busy',
  pausing: 'busy',
  paused: 'bad',
  aborting: 'busy',
  rolling_back: 'busy',
  completed: 'good',
  aborted: 'quiet',
  rolled_back: 'quiet',
  superseded: 'quiet',
}

export const waveTones: Record<RolloutWave['state'], Tone> = {
  pending: 'quiet',
  open: 'busy',
  passed: 'good',
  tripped: 'bad',
  held: 'bad',
}

export const targetTones: Record<Target['state'], Tone> = {
  pending: 'quiet',
  offered: 'busy',
  downloading: 'busy',
  staged: 'busy',
  granted: 'busy',
  rebooting: 'busy',
  verifying: 'busy',
  soaking: 'busy',
  succeeded: 'good',
  failed: 'bad',
  timed_out: 'bad',
  rolled_back: 'bad',
  reverted: 'quiet',
  skipped: 'quiet',
}
