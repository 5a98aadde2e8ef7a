import type { Rollout, RolloutWave } from '@bootfleet/contracts'
import type { Output } from '../output/output.ts'
import { isFailure, progressText, titleOf, underWay, waveProgress, waveState } from '../output/rollout-text.ts'
import { inWords, plain } from '../output/text.ts'
import type { DeviceNames } from './device-names.ts'
import { withDevices, type RolloutViewer } from './rollout-viewer.ts'

/** One line for each change: of the state, of a wave, of the numbers or the reason, and for each device that failed. */
export function createLineViewer(output: Output, nameOf: DeviceNames): RolloutViewer {
  let before: Rollout | undefined
  let lost = false
  const say = (text: string) => output.write(`${new Date().toISOString().slice(0, 19)}Z ${plain(text)}\n`)
  return {
    show: async ({ rollout, events }) => {
      if (lost) say('the server answers again')
      lost = false
      if (!before) say(`rollout ${rollout.id}: ${titleOf(rollout)}`)
      for (const { event, device } of await withDevices(events.filter(isFailure), nameOf))
        say(
          `${device ?? event.deviceId ?? 'a device'} ${inWords(event.kind.replace('target.', ''))}: ${event.because.message}`,
        )
      for (const wave of rollout.waves) if (wave.state !== stateOf(before, wave)) say(waveLine(wave))
      const line = rolloutLine(rollout)
      if (!before || line !== rolloutLine(before)) say(line)
      before = rollout
    },
    outage: (message) => {
      if (!lost) say(message)
      lost = true
    },
    end: () => {},
  }
}

// A wave that has not opened is no news.
function stateOf(rollout: Rollout | undefined, { index }: RolloutWave): RolloutWave['state'] {
  return rollout?.waves.find((wave) => wave.index === index)?.state ?? 'pending'
}

function waveLine(wave: RolloutWave): string {
  return `wave ${wave.index + 1} (${wave.name}) ${waveState(wave)}: ${waveProgress(wave)}`
}

/** `running: 1 of 2 succeeded (1 soaking). Wave 2 …` */
export function rolloutLine(rollout: Rollout): string {
  const moving = underWay(rollout.counts)
  const progress = `${progressText(rollout)}${moving === '' ? '' : ` (${moving})`}`
  return `${inWords(rollout.state)}: ${progress}. ${rollout.because.message}`
}
