import type { WaveRule } from './policy.ts'
import { takesFrom } from './wave-pools.ts'
import type { PlannedWave } from './waves.ts'

/**
 * The wave of each device of a planned order, given as the pool of each: what the waves hold when everybody is connected.
 * One wave after the other takes the first that it may. `null`: of none.
 */
export function dealWaves(
  order: readonly number[],
  waves: readonly PlannedWave[],
  rules: readonly WaveRule[],
): (number | null)[] {
  const dealt = order.map((): number | null => null)
  const takes = takesFrom(waves, rules)
  for (const { index, size } of waves) {
    let room = size
    for (let place = 0; place < order.length && room > 0; place++) {
      if (dealt[place] !== null || !takes[index]?.has(order[place] ?? 0)) continue
      dealt[place] = index
      room -= 1
    }
  }
  return dealt
}
