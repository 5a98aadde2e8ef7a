import type { Rollout, RolloutWave, Target } from '@bootfleet/contracts'
import type { Tone } from '../../ui/badge.tsx'

export const rolloutTones: Record<Rollout['state'], Tone> = {
  draft: 'quiet',
  awaiting_approval: 'attention',
  scheduled: 'quiet',
  running: 'busy',
  pausing: 'attention',
  paused: 'attention',
  aborting: 'attention',
  rolling_back: 'attention',
  completed: 'good',
  aborted: 'quiet',
  rolled_back: 'quiet',
  superseded: 'quiet',
}

export const waveTones: Record<RolloutWave['state'], Tone> = {
  pending: 'quiet',
  open: 'busy',
  passed: 'good',
  promoted: 'attention',
  tripped: 'bad',
}

export const targetTones: Record<Target['state'], Tone> = {
  pending: 'quiet',
  offered: 'busy',
  downloading: 'busy',
  staged: 'busy',
  granted: 'attention',
  rebooting: 'attention',
  verifying: 'attention',
  soaking: 'good',
  succeeded: 'good',
  failed: 'bad',
  timed_out: 'bad',
  rolled_back: 'bad',
  reverted: 'quiet',
  skipped: 'quiet',
}
