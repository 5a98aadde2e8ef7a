/**
 * Where a target may go. Ends are final, but for a regression while its rollout is still observed, for a roll-back, and
 * for an operator who tries it again.
 */
export const targetLifecycle = {
  pending: ['offered', 'verifying', 'failed', 'skipped'],
  offered: ['downloading', 'staged', 'granted', 'verifying', 'failed', 'timed_out', 'skipped', 'pending', 'reverted'],
  downloading: ['staged', 'granted', 'verifying', 'failed', 'timed_out', 'skipped', 'pending', 'reverted', 'offered'],
  staged: ['granted', 'downloading', 'verifying', 'failed', 'skipped', 'pending', 'reverted', 'offered'],
  granted: [
    'rebooting',
    'staged',
    'downloading',
    'verifying',
    'failed',
    'rolled_back',
    'timed_out',
    'skipped',
    'reverted',
  ],
  rebooting: ['verifying', 'staged', 'downloading', 'failed', 'rolled_back', 'timed_out', 'skipped'],
  verifying: ['soaking', 'pending', 'failed', 'rolled_back', 'timed_out', 'rebooting', 'skipped', 'reverted'],
  soaking: ['succeeded', 'failed', 'timed_out', 'rolled_back', 'verifying', 'skipped', 'reverted'],
  succeeded: ['rolled_back', 'reverted'],
  failed: ['pending', 'offered'],
  timed_out: ['pending', 'offered', 'staged', 'verifying', 'rolled_back'],
  rolled_back: ['pending', 'offered'],
  reverted: ['pending'],
  skipped: ['offered', 'pending'],
} as const satisfies Record<string, readonly string[]>

export type TargetState = keyof typeof targetLifecycle

export const targetStates = Object.keys(targetLifecycle) as TargetState[]

/** A target in one of these has ended. */
export const endStates = [
  'succeeded',
  'failed',
  'timed_out',
  'rolled_back',
  'reverted',
  'skipped',
] as const satisfies TargetState[]

/** A target in one of these counts as a failure of its wave. */
export const failureStates = ['failed', 'timed_out', 'rolled_back'] as const satisfies TargetState[]

/** A device in one of these has been told to apply, and may be down. */
export const applyingStates = ['granted', 'rebooting', 'verifying'] as const satisfies TargetState[]

/** Until its grant a target can be let go. */
export const earlyStates = ['pending', 'offered', 'downloading', 'staged'] as const satisfies TargetState[]

/** A device in one of these was granted its reboot and has not ended: no other rollout gives it anything. */
export const busyStates = [...applyingStates, 'soaking'] as const satisfies TargetState[]

/** Whether a target has ended. */
export function hasEnded(state: TargetState): boolean {
  return (endStates as readonly TargetState[]).includes(state)
}

/** Whether the table allows a move. */
export function mayMove(from: TargetState, to: TargetState): boolean {
  return (targetLifecycle[from] as readonly TargetState[]).includes(to)
}
