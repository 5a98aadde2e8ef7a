const firstMs = 500
const longestMs = 30_000
const steadyMs = 60_000

/**
 * Milliseconds to wait before a child is started again: doubling from half a second to half a minute while it dies
 * young, from the beginning once it has lived for a minute. `restarts` counts those that were young.
 */
export function backOff(restarts: number, livedMs: number): { waitMs: number; restarts: number } {
  const count = livedMs >= steadyMs ? 0 : restarts
  return { waitMs: Math.min(longestMs, firstMs * 2 ** count), restarts: count + 1 }
}
