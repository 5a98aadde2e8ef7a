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
  const verdicts = started.flatMap((wave) => judgeWave(turn, wave, signals) ?? [])
  return verdicts.find(({ verdict }) => verdict === 'trip') ?? verdicts[0]
}

function judgeWave(turn: Turn, wave: WaveView, signals: readonly SignalView[]): SignalVerdict | undefined {
  const rule = ruleOf(turn, wave)
  if (rule === 'ignore') return undefined
  const evaluations = signals.flatMap((signal) => evaluate(rule, wave, signal) ?? [])
  const index = Math.max(
    0,
    evaluations.findIndex(({ verdict }) => verdict === 'trip'),
  )
  const worst = evaluations[index]
  const signal = signals.find(({ name }) => name === worst?.signal)
  if (!worst || !signal) return undefined
  const verdict = worst.verdict === 'trip' ? 'trip' : 'hold'
  return { verdict, wave, evaluations, because: reason(verdict, wave, { signal, devices: worst.numerator }) }
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

function reason(
  verdict: 'trip' | 'hold',
  wave: WaveView,
  { signal, devices }: { signal: SignalView; devices: number },
): Because {
  const said = `Signal "${signal.name}" is unhealthy about ${devices} of ${wave.size} devices of wave ${wave.index + 1}`
  const text = signal.message === '' ? `${said}.` : `${said}: ${signal.message.replace(/[.\s]*$/, '')}.`
  const numbers = { signal: signal.name, signalId: signal.id, wave: wave.index, numerator: devices }
  if (verdict === 'trip') return { code: 'gate.signal', message: text, ...numbers, denominator: wave.size }
  const message = `${text} Nothing is granted and no wave opens until it is healthy, expires, or an operator goes on.`
  return { code: 'signal.holding', message, ...numbers, denominator: wave.size }
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
