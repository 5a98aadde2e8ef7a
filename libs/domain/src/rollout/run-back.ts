import { withTime } from '../estimate/with-time.ts'
import { giveOut } from './give-out.ts'
import type { Outcome } from './outcome.ts'
import { giveUp, openNext, progress } from './run.ts'
import { failureStates } from './target-lifecycle.ts'
import { countIn, unfinished, type Turn } from './turn.ts'

/**
 * A roll-back: one wave that is open from the start, and the same budget, windows and grants as any rollout. It has no
 * gate to fail, as going on is no worse than stopping; it is over when every device has ended, well or by name.
 */
export function runBack(turn: Turn): Outcome {
  const { waves } = turn.view
  const next = waves.find(({ state }) => state === 'pending')
  if (next) return openNext(turn, next)
  if (unfinished(turn) === 0) return conclude(turn)
  giveUp(turn, waves)
  giveOut(turn, waves)
  return { because: progress(turn, waves) }
}

function conclude(turn: Turn): Outcome {
  const back = countIn(turn, ['succeeded'])
  const failed = countIn(turn, failureStates)
  const message = `${back} devices went back to the image that they had before, ${failed} failed.`
  const because = withTime({ code: 'rollback.completed', message, back, failed }, turn.view, turn.now)
  for (const { index, state } of turn.view.waves)
    if (state === 'open') turn.waves.push({ index, state: 'passed', because, event: 'wave.passed' })
  return { because, rollout: 'completed' }
}
