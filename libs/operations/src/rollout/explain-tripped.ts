import type { Because } from '@bootfleet/contracts'
import { failureStates, hasEnded, type TargetState } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { sumCounts } from './sum-counts.ts'
import { readTargetCounts } from './target-counts.ts'

/** What tripped waves of a rollout that is being paused hold now: its own reason has the numbers of when they tripped. */
export async function trippedReasons(tx: Tx, { id, state }: { id: string; state: string }): Promise<Because[]> {
  if (state !== 'pausing' && state !== 'paused') return []
  const waves = await tx.rolloutWave.findMany({ where: { rolloutId: id, state: 'tripped' }, orderBy: { index: 'asc' } })
  if (waves.length === 0) return []
  const all = await readTargetCounts(tx, [id])
  return waves.map(({ index, size }) => {
    const counts = sumCounts(all.filter(({ wave }) => wave === index))
    const sum = (states: readonly TargetState[]) => states.reduce((total, one) => total + counts[one], 0)
    const failed = sum(failureStates)
    const states = Object.keys(counts) as TargetState[]
    const underWay = sum(states.filter((one) => !hasEnded(one)))
    const message = `Wave ${index + 1} now: ${counts.succeeded} of ${size} ${size === 1 ? 'device' : 'devices'} succeeded, ${failed} failed, ${underWay} under way.`
    return { code: 'wave.tripped', message, wave: index, size, succeeded: counts.succeeded, failed, underWay }
  })
}
