import { createLiveScreen } from '../output/live-screen.ts'
import type { Output } from '../output/output.ts'
import { rolloutFrame, type FrameEvent } from '../output/rollout-frame.ts'
import type { DeviceNames } from './device-names.ts'
import type { Snapshot } from './follow-rollout.ts'
import { withDevices, type RolloutViewer } from './rollout-viewer.ts'

const kept = 5

/** A compact view that is written anew in place, each second and at each change. */
export function createLiveViewer(output: Output, nameOf: DeviceNames): RolloutViewer {
  const screen = createLiveScreen(output.write)
  let snapshot: Snapshot | undefined
  let events: FrameEvent[] = []
  let outage: string | undefined
  const draw = () => {
    if (!snapshot) return
    const size = { width: output.width(), height: output.height() }
    screen.draw(
      rolloutFrame({ rollout: snapshot.rollout, events, outage, now: Date.now(), paint: output.paint, ...size }),
    )
  }
  const timer = setInterval(draw, 1000)
  return {
    show: async (next) => {
      const news = await withDevices(next.events.slice(-kept), nameOf)
      events = [...events, ...news].slice(-kept)
      snapshot = next
      outage = undefined
      draw()
    },
    outage: (message) => {
      outage = message
      draw()
    },
    end: () => {
      clearInterval(timer)
      draw()
      screen.end()
    },
  }
}
