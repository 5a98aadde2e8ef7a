import type { TargetState } from './target-lifecycle.ts'

/** A target in one of these has no grant: it is no observation of a sequential test. */
export const ungrantedStates = ['pending', 'offered', 'downloading', 'staged'] as const satisfies TargetState[]

/** Granted, and not concluded: the prefix of a sequential test ends before it. */
export const unconcludedStates = ['granted', 'rebooting', 'verifying', 'soaking'] as const satisfies TargetState[]

/**
 * Whether a move gives a target its place in the grant order: with its grant, with a boot that needed none, or with a
 * failure before it. Who is granted anew, after a returned grant or a retry, gets a new place.
 */
export function joinsGrantOrder(from: TargetState, to: string): boolean {
  return isUngranted(from) && !isUngranted(to) && to !== 'skipped' && to !== 'reverted'
}

function isUngranted(state: string): boolean {
  return (ungrantedStates as readonly string[]).includes(state)
}
