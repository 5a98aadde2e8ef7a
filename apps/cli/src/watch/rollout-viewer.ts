import type { RolloutEvent } from '@bootfleet/contracts'
import type { FrameEvent } from '../output/rollout-frame.ts'
import type { Snapshot } from './follow-rollout.ts'

/** Shows a rollout as it goes: a live view, a line for each change, or records for programs. */
export interface RolloutViewer {
  show(snapshot: Snapshot): Promise<void>
  /** The server does not answer for now. */
  outage(message: string): void
  /** Nothing more comes; what is shown stays. */
  end(): void
}

/** Names the device of each event. */
export function withDevices(
  events: readonly RolloutEvent[],
  nameOf: (deviceId: string) => Promise<string>,
): Promise<FrameEvent[]> {
  const named = async (event: RolloutEvent) => ({
    event,
    device: event.deviceId === null ? undefined : await nameOf(event.deviceId),
  })
  return Promise.all(events.map(named))
}
