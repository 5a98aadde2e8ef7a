import type { Because } from './because.ts'
import type { Turn } from './turn.ts'
import type { WaveView } from './view.ts'

/**
 * Why a wave whose turn has come stays closed: it is manual and nobody has approved it; `undefined` when it may open.
 * That it waits is told once.
 */
export function awaitApproval(turn: Turn, { index, rule, size, approved, asked }: WaveView): Because | undefined {
  const found = turn.view.policy.waves[rule]
  if (found?.approval !== 'manual' || approved === true) return undefined
  const message = `Wave ${index + 1} "${found.name}" (${size} ${size === 1 ? 'device' : 'devices'}) waits for a person to approve it.`
  const because = { code: 'wave.waiting_for_approval', message, wave: index, size }
  if (asked !== true) turn.waves.push({ index, state: 'pending', because, event: 'wave.waiting_for_approval' })
  return because
}
