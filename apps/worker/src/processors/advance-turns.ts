import type { WorkerParts } from '../worker-parts.ts'

const maxTurns = 20
const sliceMs = 1000

/**
 * Advances a rollout until it has nothing more to do now, for a bounded number of turns and a slice of time: one of many
 * that are under way gives way to the others. True when more is left.
 */
export async function advanceTurns(
  { services, operations, looks }: Pick<WorkerParts, 'services' | 'operations' | 'looks'>,
  rolloutId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const until = performance.now() + sliceMs
  for (let turn = 0; turn < maxTurns && !signal.aborted && (turn === 0 || performance.now() < until); turn++) {
    const { more, wakeAt = null } = await operations.advanceRollout(services, { rolloutId })
    if (more) continue
    looks.plan(rolloutId, wakeAt)
    return false
  }
  return true
}
