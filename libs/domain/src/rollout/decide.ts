import type { Decision } from './decision.ts'
import type { Outcome } from './outcome.ts'
import { nextGiveUp, run } from './run.ts'
import { runBack } from './run-back.ts'
import { takeBack } from './take-back.ts'
import { earliest } from './timers.ts'
import { converge } from './converge.ts'
import { nextExpiry } from './signals.ts'
import { beginTurn, countIn, followAll, hasRoom, postpone, prefixGrew, type Turn } from './turn.ts'
import type { Instant, RolloutView } from './view.ts'
import { abort, drain, giveWay, paused } from './wind-down.ts'

/**
 * What is true of a rollout now and what is to be done next. Pure: no clock, no randomness, no I/O. Level-triggered: it
 * looks at the whole view, so duplicates, lost hints and restarts are all the same case. Decides at most `maxChanges`
 * changes; `wakeAt = now` asks for another turn, and comes after every turn that did more than follow devices: there may
 * be more to do than the view held. `wakeAt` knows the due times of the targets in the view only.
 */
export function decide(view: RolloutView, now: Instant): Decision {
  const turn = beginTurn(view, now)
  followAll(turn)
  const followed = turn.changes.length
  const outcome = decideState(turn)
  const acted = turn.changes.length > followed || turn.waves.length > 0 || outcome.rollout !== undefined
  postpone(turn)
  return {
    targets: turn.changes,
    waves: turn.waves,
    because: outcome.because,
    wakeAt: acted || view.more || prefixGrew(turn) || !hasRoom(turn) ? now : nextLook(turn),
    ...(outcome.ended && { ended: outcome.ended }),
    ...(outcome.converging && { converging: outcome.converging }),
    ...(outcome.rollout && { rollout: { to: outcome.rollout, because: outcome.because } }),
    ...(outcome.evaluations && { evaluations: outcome.evaluations }),
  }
}

function decideState(turn: Turn): Outcome {
  const { state } = turn.view
  switch (state) {
    case 'running':
      return turn.view.isRollback ? runBack(turn) : run(turn)
    case 'pausing':
      return drain(turn)
    case 'aborting':
      return abort(turn)
    case 'superseded':
      return giveWay(turn)
    case 'rolling_back':
      return takeBack(turn)
    case 'paused':
      return { because: paused }
    case 'completed':
      return converge(turn)
    default:
      return { because: { code: `rollout.${state}`, message: `The rollout is ${state.replaceAll('_', ' ')}.` } }
  }
}

// The end of a newer rollout is only hinted at.
const heldUpMs = 300_000

function nextLook(turn: Turn): Instant | null {
  const due = [...turn.targets.values()].map(({ dueAt }) => dueAt)
  const times =
    turn.view.state === 'running' || turn.view.converges
      ? [...due, nextGiveUp(turn), ...reopenings(turn), nextExpiry(turn)]
      : due
  const held = turn.view.heldUp ? turn.now + heldUpMs : null
  return earliest([...times, held].filter((time) => time !== null && time > turn.now))
}

// A grant that is not used when its window closes is taken back.
function reopenings(turn: Turn): (Instant | null)[] {
  const unused = countIn(turn, ['granted']) > 0
  return [...turn.groups.values()].flatMap(({ view }) => [view.reopensAt, unused ? view.windowUntil : null])
}
