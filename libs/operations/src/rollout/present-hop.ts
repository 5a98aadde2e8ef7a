import type { TargetHop } from '@bootfleet/contracts'
import { hopNow } from '@bootfleet/domain'
import { readPlace, type PlaceRow } from './target-place.ts'

/** Which of its releases a target is at; null when it takes its release directly. */
export function presentHop(row: PlaceRow): TargetHop | null {
  const now = hopNow(readPlace(row))
  if (!now) return null
  const { release: id, name, barrier } = now.hop
  return { number: now.number, of: now.of, release: { id, name }, barrier }
}
