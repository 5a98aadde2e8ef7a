import type { Because } from './because.ts'
import { assigned, takesIn, type Turn } from './turn.ts'
import type { TargetView, WaveView } from './view.ts'

// The last wave takes whoever is left.
function selectorOf({ view }: Turn, { index, rule }: WaveView): string | null {
  return index === view.waves.length - 1 ? null : (view.policy.waves[rule]?.selector ?? null)
}

/** What a wave says that has places left. */
export function waitsForDevices(turn: Turn, wave: WaveView, missing: number): Because {
  const { index, size } = wave
  const selector = selectorOf(turn, wave)
  const such = selector === null ? '' : ` that match ${selector}`
  const message = `Wave ${index + 1} waits for ${missing} of ${size} devices${such} to connect.`
  const numbers = { wave: index, missing, size }
  return { code: 'wave.waiting_for_devices', message, ...numbers, ...(selector !== null && { selector }) }
}

/** Why the first wave stays open that was left without a device when the targets were frozen. */
export function nobodyMatches(turn: Turn, wave: WaveView): Because {
  const selector = selectorOf(turn, wave)
  const who = selector === null ? 'is left for' : `matches ${selector}, the selector of`
  const message = `No device that takes part ${who} wave ${wave.index + 1}: it proves nothing, so the rollout waits here. Promote the next wave to go on without it, or abort.`
  return { code: 'wave.nobody_matches', message, wave: wave.index, ...(selector !== null && { selector }) }
}

/** The wave that a target is in line for that is in none yet: the first that may take it and has room. */
export function whyNoWave(turn: Turn, target: TargetView): Because | undefined {
  const { waves, policy } = turn.view
  const wave = waves.find((one) => takesIn(turn, one, target) && assigned(turn, one) < one.size)
  if (!wave) return undefined
  const selector = selectorOf(turn, wave)
  const which = selector === null ? '' : `, which takes devices that match ${selector}`
  const named = `wave ${wave.index + 1} "${policy.waves[wave.rule]?.name ?? ''}"${which}`
  const message =
    wave.state === 'pending'
      ? `The device waits for ${named}. It has not opened yet.`
      : `The device is in line for ${named}. Connected devices are taken first.`
  return { code: 'target.waits_for_wave', message, wave: wave.index, ...(selector !== null && { selector }) }
}
