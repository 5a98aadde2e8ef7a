import type { WorkerParts } from '../worker-parts.ts'

const maxTurns = 20

/** Advances a rollout until it has nothing more to do now, for a bounded number of turns. True when more is left. */
export async function advanceTurns(
  { services, operations, looks }: Pick<WorkerParts, 'services' | 'operations' | 'looks'>,
  rolloutId: string,
  signal: AbortSignal,
): Promise<boolean> {
  for (let turn = 0; turn < maxTurns && !signal.aborted; turn++) {
    const { more, wakeAt = null } = await operations.advanceRollout(services, { rolloutId })
    if (more) continue
    looks.plan(rolloutId, wakeAt)
    return false
  }
  return true
}
