import type { Because } from './because.ts'
import type { Turn } from './turn.ts'
import type { WaveView } from './view.ts'

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
