import { withTime } from '../estimate/with-time.ts'
import type { Because } from './because.ts'
import { completed } from './completed.ts'
import { evaluateGate, type GateResult } from './gate.ts'
import { afterPass } from './gate-sequential.ts'
import { finishesOther, giveOut, readyToApply, whyNoGrant } from './give-out.ts'
import { instantText } from './instant-text.ts'
import { awaitApproval } from './manual-wave.ts'
import { move } from './move.ts'
import type { Outcome } from './outcome.ts'
import { judgeSignals, type SignalVerdict } from './signals.ts'
import { earliest } from './timers.ts'
import { nobodyMatches, waitsForDevices } from './narrowed-wave.ts'
import { apply, assigned, gateCounts, hasRoom, takesIn, targetsIn, unfinished, type Turn } from './turn.ts'
import type { Instant, TargetView, WaveView } from './view.ts'

/** A running rollout: failures first, then what passed, then the next wave or more of the open ones. */
export function run(turn: Turn): Outcome {
  const { waves } = turn.view
  if (waves.length === 0) return { because: nobody }
  const started = waves.filter(({ state }) => state !== 'pending')
  for (const wave of started) {
    const result = evaluate(turn, wave)
    if (result.verdict === 'trip') return trip(turn, wave, result)
  }
  const signalled = judgeSignals(turn, started)
  if (signalled?.verdict === 'trip') return tripBySignal(turn, signalled)
  if (signalled) return hold(turn, started, signalled)
  // A tripped wave of a rollout that runs again was resumed: its gate is asked again.
  const open = started.filter(({ state }) => state !== 'passed')
  const stillOpen = open.filter((wave) => !passes(turn, wave))
  const done = stillOpen.length === 0
  const next = waves.find(({ state }) => state === 'pending')
  const { asked, outcome } = done ? goOn(turn, next) : {}
  if (outcome) return outcome
  // A wave that was promoted may have places left, and devices under way.
  giveUp(turn, started)
  giveOut(turn, started)
  return { because: asked ?? progress(turn, done ? started.filter((wave) => isUnderWay(turn, wave)) : stillOpen) }
}

// What comes after the waves that were opened; `asked`: a person must allow it.
function goOn(turn: Turn, next: WaveView | undefined): { asked?: Because; outcome?: Outcome } {
  if (!next)
    return unfinished(turn) === 0
      ? { outcome: { because: withTime(completed(turn), turn.view, turn.now), rollout: 'completed' } }
      : {}
  const asked = awaitApproval(turn, next)
  return asked ? { asked } : { outcome: openNext(turn, next) }
}

function isUnderWay(turn: Turn, wave: WaveView): boolean {
  return gateCounts(turn, wave).inFlight > 0
}

const nobody = {
  code: 'rollout.no_targets',
  message: 'No device is a target: nothing proves the release, so the rollout waits here.',
}

/** What the gate of a wave that was opened says. */
export function evaluate(turn: Turn, wave: WaveView): GateResult {
  const { policy } = turn.view
  const rule = policy.waves[wave.rule] ?? policy.waves.at(-1)
  if (!rule) throw new Error('a policy has at least one wave')
  return evaluateGate(wave.state === 'passed' ? afterPass(rule.gate) : rule.gate, gateCounts(turn, wave))
}

// Also a wave that had passed: nothing else would tell which one the signal is about.
function tripBySignal(turn: Turn, signalled: SignalVerdict): Outcome {
  const { wave, evaluations, because } = signalled
  if (wave.state === 'passed')
    turn.waves.push({ index: wave.index, state: 'tripped', evaluations, because, event: 'wave.tripped' })
  return trip(turn, wave, signalled)
}

// What was granted goes on to its end, and staging needs no grant.
function hold(turn: Turn, started: readonly WaveView[], { because, evaluations }: SignalVerdict): Outcome {
  giveUp(turn, started)
  giveOut(turn, started, { grants: false })
  return { because, evaluations }
}

function trip(
  turn: Turn,
  wave: WaveView,
  { evaluations, because }: Pick<GateResult, 'evaluations' | 'because'>,
): Outcome {
  if (wave.state === 'open')
    turn.waves.push({ index: wave.index, state: 'tripped', evaluations, because, event: 'wave.tripped' })
  const message = `Wave ${wave.index + 1} tripped its gate at ${instantText(turn.now)}: ${because.message}`
  return { because: { ...because, message, wave: wave.index }, rollout: tripStates[turn.view.policy.onTrip] }
}

const tripStates = { pause: 'pausing', abort: 'aborting', rollback: 'rolling_back' } as const

function passes(turn: Turn, wave: WaveView): boolean {
  const { verdict, evaluations, because } = evaluate(turn, wave)
  if (verdict !== 'pass') return false
  turn.waves.push({ index: wave.index, state: 'passed', evaluations, because, event: 'wave.passed' })
  return true
}

/** Opens the next wave. */
export function openNext(turn: Turn, { index, size }: WaveView): Outcome {
  const message = `Wave ${index + 1} opened for ${size} ${size === 1 ? 'device' : 'devices'}.`
  const because = { code: 'wave.opened', message, wave: index, size }
  turn.waves.push({ index, state: 'open', because, event: 'wave.opened' })
  return { because }
}

/** What never came is left to convergence once the last wave has been open long enough. */
export function giveUp(turn: Turn, started: readonly WaveView[]): void {
  const opened = giveUpAt(turn)
  if (opened === null || turn.now < opened) return
  const { giveUpAfterSec } = turn.view.policy.timeouts
  const later = turn.view.isRollback ? ' It goes back when it returns.' : ''
  const message = `The device did not connect within ${giveUpAfterSec} s of the last wave.${later}`
  const because = { code: 'target.given_up', message, giveUpAfterSec }
  for (const target of leftovers(turn)) {
    if (!hasRoom(turn)) return
    if (turn.now < lostAt(turn, target, opened)) continue
    const roomy = started.find((one) => assigned(turn, one) < one.size && takesIn(turn, one, target))
    const wave = target.wave ?? (roomy ?? turn.view.waves.at(-1))?.index ?? null
    const instruct = target.state === 'pending' ? {} : ({ instruct: { kind: 'none' } } as const)
    apply(turn, move(turn.ctx, target, { to: 'skipped', because, wave, reason: 'unreachable', ...instruct }))
  }
}

function giveUpAt({ view }: Turn): Instant | null {
  const last = view.waves.at(-1)
  if (last?.openedAt == null || last.state === 'pending' || view.state === 'completed') return null
  return last.openedAt + (last.pausedMs ?? 0) + view.policy.timeouts.giveUpAfterSec * 1000
}

function leftovers(turn: Turn): TargetView[] {
  const early = targetsIn(turn, ['pending', 'offered', 'downloading', 'staged'])
  return early.filter(({ device, groupId }) => {
    return !device.connected && device.busyWith === null && !turn.groups.get(groupId)?.view.closed
  })
}

// Who was here a moment ago may be back in another, and nobody is expected while the window is closed.
function lostAt({ view, groups }: Turn, { device, groupId }: TargetView, opened: Instant): Instant {
  const closedMs = groups.get(groupId)?.view.closedMs ?? 0
  return Math.max(opened + closedMs, (device.lastSeenAt ?? 0) + view.policy.timeouts.unreachableAfterSec * 1000)
}

/** When a running rollout has somebody to give up; `null` while nobody in the view is lost. */
export function nextGiveUp(turn: Turn): Instant | null {
  const at = giveUpAt(turn)
  if (at === null || turn.now < at) return at
  return earliest(leftovers(turn).map((target) => lostAt(turn, target, at)))
}

/** What the first of these waves waits for. */
export function progress(turn: Turn, [wave]: readonly WaveView[]): Because {
  if (!wave) return { code: 'rollout.running', message: 'Devices of earlier waves are still under way.' }
  const { verdict, because } = evaluate(turn, wave)
  if (verdict === 'hold') return wave.size === 0 ? nobodyMatches(turn, wave) : because
  const missing = wave.size - assigned(turn, wave)
  const waiting = targetsIn(turn, ['pending']).filter((target) => takesIn(turn, wave, target))
  const busy = waiting.find(({ device }) => device.busyWith !== null)
  if (missing > 0 && busy) return finishesOther(busy)
  if (missing > 0) return waitsForDevices(turn, wave, missing)
  const ready = targetsIn(turn, ['staged', 'offered']).filter(readyToApply)
  return ready.map((target) => whyNoGrant(turn, target)).find(Boolean) ?? { ...because, wave: wave.index }
}
