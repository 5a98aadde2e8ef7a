import type { Rollout } from '@bootfleet/contracts'
import type { Output } from '../output/output.ts'
import type { RolloutViewer } from './rollout-viewer.ts'

/** One JSON value on each line: `{type: "event"}`, `{type: "rollout"}` when it differs, `{type: "outage"}`. */
export function createRecordViewer(output: Output): RolloutViewer {
  let before = ''
  return {
    show: async ({ rollout, events }) => {
      for (const event of events) output.record({ type: 'event', event })
      const now = JSON.stringify(rollout satisfies Rollout)
      if (now !== before) output.record({ type: 'rollout', rollout })
      before = now
    },
    outage: (message) => output.record({ type: 'outage', message }),
    end: () => {},
  }
}
