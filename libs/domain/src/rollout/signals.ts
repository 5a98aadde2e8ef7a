import type { Because } from './because.ts'
import type { Evaluation } from './evaluation.ts'
import type { SignalRule } from './policy.ts'
import { targetsIn, type Turn } from './turn.ts'
import type { Instant, SignalView, WaveView } from './view.ts'

/** What the signals in force say of one opened wave. */
export interface SignalVerdict {
  readonly verdict: 'trip' | 'hold'
  readonly wave: WaveView
  readonly evaluations: readonly Evaluation[]
  readonly because: Because
}

/**
 * Asks the gate of each opened wave about the unhealthy signals in force, those that trip first. With `hold`, one signal
 * about one device of the wave is enough. `trip` blames the rollout, so it needs a device of the wave that was granted its
 * reboot; until then it holds. No signal is a failure: nothing here changes what a gate counts. `undefined`: go on.
 */
export function judgeSignals(turn: Turn, started: readonly WaveView[]): SignalVerdict | undefined {
  const signals = turn.view.signals ?? []
  if (signals.length === 0) return undefined
  const all = started.flatMap((wave) => judgeWave(turn, wave, signals))
  const worst = all.find(({ evaluation }) => evaluation.verdict === 'trip') ?? all[0]
  if (!worst) return undefined
  const { wave } = worst
  const evaluations = all.filter((one) => one.wave === wave).map(({ evaluation }) => evaluation)
  const others = all.filter((one, at) => all.findIndex(({ signal }) => signal.id === one.signal.id) === at)
  const because = reason(
    worst,
    others.filter(({ signal }) => signal.id !== worst.signal.id),
  )
  return { verdict: worst.evaluation.verdict === 'trip' ? 'trip' : 'hold', wave, evaluations, because }
}

interface Judged {
  readonly wave: WaveView
  readonly signal: SignalView
  readonly evaluation: Evaluation
}

function judgeWave(turn: Turn, wave: WaveView, signals: readonly SignalView[]): Judged[] {
  const rule = ruleOf(turn, wave)
  if (rule === 'ignore') return []
  return signals.flatMap((signal) => {
    const evaluation = evaluate(rule, wave, signal)
    return evaluation ? [{ wave, signal, evaluation }] : []
  })
}

function ruleOf({ view: { policy } }: Turn, wave: WaveView): SignalRule {
  return (policy.waves[wave.rule] ?? policy.waves.at(-1))?.gate.signals ?? 'hold'
}

function evaluate(rule: SignalRule, wave: WaveView, { name, waves }: SignalView): Evaluation | undefined {
  const found = waves.find(({ index }) => index === wave.index)
  if (!found || found.devices === 0) return undefined
  const trips = rule === 'trip' && found.applied > 0
  return {
    metric: 'signals',
    signal: name,
    numerator: trips ? found.applied : found.devices,
    denominator: wave.size,
    threshold: 0,
    minSample: 1,
    verdict: trips ? 'trip' : 'hold',
  }
}

/** Signals that a reason names beside the first. */
const named = 5

function reason({ wave, signal, evaluation }: Judged, others: readonly Judged[]): Because {
  const { numerator, denominator, verdict } = evaluation
  const said = `Signal "${signal.name}" is unhealthy about ${numerator} of ${denominator} devices of wave ${wave.index + 1}`
  const first = signal.message === '' ? `${said}.` : `${said}: ${signal.message.replace(/[.\s]*$/, '')}.`
  const text = `${first}${alsoText(others)}`
  const also = others.slice(0, named).map((one) => one.signal.name)
  const numbers = {
    signal: signal.name,
    signalId: signal.id,
    wave: wave.index,
    numerator,
    denominator,
    also: also.join(', '),
  }
  if (verdict === 'trip') return { code: 'gate.signal', message: text, ...numbers }
  const until = others.length > 0 ? 'all of them are healthy or expire' : 'it is healthy, expires'
  const message = `${text} Nothing is granted and no wave opens until ${until}, or an operator goes on.`
  return { code: 'signal.holding', message, ...numbers }
}

function alsoText(others: readonly Judged[]): string {
  if (others.length === 0) return ''
  const names = others
    .slice(0, named)
    .map(({ signal, evaluation, wave }) => `"${signal.name}" about ${evaluation.numerator} of wave ${wave.index + 1}`)
  const more = others.length > named ? `, and ${others.length - named} more` : ''
  return ` Unhealthy too: ${names.join(', ')}${more}.`
}

/** When a signal in force ends by itself. */
export function nextExpiry({ view, now }: Turn): Instant | null {
  const times = (view.signals ?? []).map(({ until }) => until).filter((until) => until > now)
  return times.length > 0 ? Math.min(...times) : null
}

/**
 * Devices that this turn took into a wave: signals were counted before, so while one is in force they wait for the next
 * turn with their grant.
 */
export function uncountedDevices(turn: Turn): ReadonlySet<string> {
  if ((turn.view.signals ?? []).length === 0) return new Set()
  const before = new Map(turn.view.targets.map(({ deviceId, wave }) => [deviceId, wave]))
  const taken = targetsIn(turn, ['offered', 'staged']).filter(({ deviceId }) => before.get(deviceId) === null)
  return new Set(taken.map(({ deviceId }) => deviceId))
}
