import type { Because } from './because.ts'
import type { Decision } from './decision.ts'
import { evaluateGate, type GateResult } from './gate.ts'
import { giveOut, recall, whyNoGrant } from './give-out.ts'
import { move } from './move.ts'
import type { GateRule } from './policy.ts'
import {
  apply,
  assigned,
  beginTurn,
  followAll,
  gateCounts,
  hasRoom,
  maxChanges,
  postpone,
  targetsIn,
  type Turn,
} from './turn.ts'
import type { Instant, RolloutView, WaveView } from './view.ts'

/**
 * What is true of a rollout now and what is to be done next. Pure: no clock, no randomness, no I/O. Level-triggered: it
 * looks at the whole view, so duplicates, lost hints and restarts are all the same case. Decides at most `maxChanges`
 * changes; `wakeAt = now` asks for another turn.
 */
export function decide(view: RolloutView, now: Instant): Decision {
  const turn = beginTurn(view, now)
  followAll(turn)
  const outcome = decideState(turn)
  postpone(turn)
  const again = outcome.rollout !== undefined || view.more || turn.changes.length >= maxChanges || turn.waves.length > 0
  return {
    targets: turn.changes,
    waves: turn.waves,
    because: outcome.because,
    wakeAt: again ? now : nextLook(turn),
    ...(outcome.rollout && { rollout: { to: outcome.rollout, because: outcome.because } }),
  }
}

interface Outcome {
  readonly because: Because
  readonly rollout?: NonNullable<Decision['rollout']>['to']
}

function decideState(turn: Turn): Outcome {
  switch (turn.view.state) {
    case 'running':
      return run(turn)
    case 'pausing':
      return drain(turn)
    case 'aborting':
      return abort(turn)
    case 'paused':
      return {
        because: { code: 'rollout.paused', message: 'Paused: nothing is offered or granted until it is resumed.' },
      }
    default:
      return { because: { code: `rollout.${turn.view.state}`, message: `The rollout is ${turn.view.state}.` } }
  }
}

function run(turn: Turn): Outcome {
  const { waves } = turn.view
  const opened = waves.filter(({ state }) => state === 'open' || state === 'passed')
  for (const wave of opened) {
    const result = evaluateGate(gateRule(turn, wave), gateCounts(turn, wave))
    if (result.verdict === 'trip') return trip(turn, wave, result)
  }
  const open = waves.filter(({ state }) => state === 'open')
  for (const wave of open) {
    const result = evaluateGate(gateRule(turn, wave), gateCounts(turn, wave))
    if (result.verdict === 'pass')
      turn.waves.push({
        index: wave.index,
        state: 'passed',
        evaluations: result.evaluations,
        because: result.because,
        event: 'wave.passed',
      })
  }
  const passedNow = new Set(turn.waves.map(({ index }) => index))
  const stillOpen = open.filter(({ index }) => !passedNow.has(index))
  if (stillOpen.length === 0) return openNext(turn, passedNow)
  giveUp(turn, stillOpen)
  giveOut(turn, stillOpen)
  return { because: progress(turn, stillOpen) }
}

function gateRule(turn: Turn, { rule }: WaveView): GateRule {
  const found = turn.view.policy.waves[rule] ?? turn.view.policy.waves.at(-1)
  if (!found) throw new Error('a policy has at least one wave')
  return found.gate
}

function trip(turn: Turn, wave: WaveView, { evaluations, because }: GateResult): Outcome {
  if (wave.state === 'open')
    turn.waves.push({ index: wave.index, state: 'tripped', evaluations, because, event: 'wave.tripped' })
  const reason = {
    ...because,
    message: `Wave ${wave.index + 1} tripped its gate: ${because.message}`,
    wave: wave.index,
  }
  return { because: reason, rollout: turn.view.policy.onTrip === 'abort' ? 'aborting' : 'pausing' }
}

function openNext(turn: Turn, passedNow: ReadonlySet<number>): Outcome {
  const next = turn.view.waves.find(({ index, state }) => state === 'pending' && !passedNow.has(index))
  if (!next) {
    const message = 'Every wave passed: the fleet booted the release and stayed healthy.'
    return { because: { code: 'rollout.completed', message }, rollout: 'completed' }
  }
  const because = {
    code: 'wave.opened',
    message: `Wave ${next.index + 1} opened for ${next.size} devices.`,
    wave: next.index,
    size: next.size,
  }
  turn.waves.push({ index: next.index, state: 'open', because, event: 'wave.opened' })
  return { because }
}

// What never came is left to convergence once the last wave has been open long enough.
function giveUp(turn: Turn, open: readonly WaveView[]): void {
  const last = turn.view.waves.at(-1)
  if (!last || last.openedAt === null || !open.includes(last)) return
  const { giveUpAfterSec } = turn.view.policy.timeouts
  if (turn.now < last.openedAt + giveUpAfterSec * 1000) return
  for (const target of targetsIn(turn, ['pending', 'offered', 'downloading', 'staged'])) {
    if (target.device.connected || !hasRoom(turn)) continue
    const because = {
      code: 'target.given_up',
      message: `The device did not connect within ${giveUpAfterSec} s of the last wave.`,
      giveUpAfterSec,
    }
    apply(
      turn,
      move(target, 'skipped', because, turn.ctx, { wave: last.index, reason: 'unreachable', event: 'target.skipped' }),
    )
  }
}

function progress(turn: Turn, open: readonly WaveView[]): Because {
  const [wave] = open
  if (!wave) return { code: 'rollout.running', message: 'Running.' }
  const result = evaluateGate(gateRule(turn, wave), gateCounts(turn, wave))
  const missing = wave.size - assigned(turn, wave)
  const blocked = targetsIn(turn, ['staged'])
    .map((target) => whyNoGrant(turn, target))
    .find(Boolean)
  if (result.verdict === 'hold') return result.because
  if (missing > 0) {
    const message = `Wave ${wave.index + 1} waits for ${missing} of ${wave.size} devices to connect.`
    return { code: 'wave.waiting_for_devices', message, wave: wave.index, missing, size: wave.size }
  }
  return blocked ?? { ...result.because, wave: wave.index }
}

function inMotion(turn: Turn): number {
  let total = 0
  for (const counts of turn.counts.values()) total += counts.granted + counts.rebooting + counts.verifying
  return total
}

// Unused grants are recalled, rebooting devices drain, then the rollout is paused.
function drain(turn: Turn): Outcome {
  const why = { code: 'rollout.pausing', message: 'the rollout is being paused.' }
  for (const target of targetsIn(turn, ['granted'])) if (hasRoom(turn)) recall(turn, target, why)
  const left = inMotion(turn)
  if (left > 0)
    return {
      because: {
        code: 'rollout.draining',
        message: `${left} devices were already granted their reboot and finish it.`,
        left,
      },
    }
  return {
    because: { code: 'rollout.paused', message: 'Paused: nothing is offered or granted until it is resumed.' },
    rollout: 'paused',
  }
}

function abort(turn: Turn): Outcome {
  const because = {
    code: 'target.aborted',
    message: 'The rollout was aborted before this device was granted its reboot.',
  }
  for (const target of targetsIn(turn, ['pending', 'offered', 'downloading', 'staged', 'granted'])) {
    if (!hasRoom(turn)) break
    if (target.state === 'granted')
      recall(turn, target, { code: 'rollout.aborting', message: 'the rollout is being aborted.' })
    else if (target.state === 'pending') apply(turn, move(target, 'skipped', because, turn.ctx, { reason: 'aborted' }))
    else apply(turn, move(target, 'reverted', because, turn.ctx, { reason: 'aborted', instruct: { kind: 'none' } }))
  }
  const left = unfinished(turn)
  if (left > 0)
    return { because: { code: 'rollout.aborting', message: `${left} devices are followed to their end.`, left } }
  return { because: { code: 'rollout.aborted', message: 'Aborted.' }, rollout: 'aborted' }
}

function unfinished(turn: Turn): number {
  let total = turn.unassigned
  for (const counts of turn.counts.values())
    total +=
      counts.pending +
      counts.offered +
      counts.downloading +
      counts.staged +
      counts.granted +
      counts.rebooting +
      counts.verifying +
      counts.soaking
  return total
}

function nextLook(turn: Turn): Instant | null {
  const last = turn.view.waves.at(-1)
  const giveUpAt =
    last?.openedAt != null && last.state === 'open'
      ? last.openedAt + turn.view.policy.timeouts.giveUpAfterSec * 1000
      : null
  const times = [giveUpAt, ...[...turn.groups.values()].map(({ view }) => view.reopensAt)]
  const ahead = times.filter((time): time is Instant => time !== null && time > turn.now)
  return ahead.length > 0 ? Math.min(...ahead) : null
}
