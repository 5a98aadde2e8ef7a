import type { WorkerParts } from '../worker-parts.ts'

const maxTurns = 20

/** Advances a rollout until it has nothing more to do now, for a bounded number of turns. True when more is left. */
export async function advanceTurns(
  { services, operations }: Pick<WorkerParts, 'services' | 'operations'>,
  rolloutId: string,
  signal: AbortSignal,
): Promise<boolean> {
  for (let turn = 0; turn < maxTurns && !signal.aborted; turn++) {
    const { more } = await operations.advanceRollout(services, { rolloutId })
    if (!more) return false
  }
  return true
}
