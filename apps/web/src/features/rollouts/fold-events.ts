import type { RolloutEvent } from '@bootfleet/contracts'

/** One event, or several devices to which the same happened between two events of the rollout itself. */
export interface FoldedEvent extends RolloutEvent {
  /** How many other devices it happened to. */
  others: number
}

/**
 * Folds what happened to many devices alike, so that the story of the rollout can be read. The newest first, as given;
 * an event of the rollout or of a wave is never folded, and nothing is folded across it.
 */
export function foldEvents(events: RolloutEvent[]): FoldedEvent[] {
  const folded: FoldedEvent[] = []
  let alike = new Map<string, FoldedEvent>()
  for (const event of events) {
    if (event.deviceId === null) alike = new Map()
    const key = `${event.kind} ${event.because.code}`
    const same = event.deviceId === null ? undefined : alike.get(key)
    if (same !== undefined) {
      same.others += 1
      continue
    }
    const entry = { ...event, others: 0 }
    if (event.deviceId !== null) alike.set(key, entry)
    folded.push(entry)
  }
  return folded
}
