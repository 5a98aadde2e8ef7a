import type { DesiredContent } from './build-desired.ts'

/**
 * The document with a grant that ends no later than the window that it is for, counted from `now` because the device may
 * have no clock of its own; without the grant once that window has closed.
 */
export function withinWindow(content: DesiredContent, now: Date): DesiredContent {
  const { grant, window, ...apply } = content.apply
  if (grant === undefined || window === undefined) return content
  const leftSec = (Date.parse(window.until) - now.getTime()) / 1000
  if (leftSec <= 0) return { ...content, apply: { ...apply, window } }
  const ttlSec = Math.min(grant.ttlSec, Math.max(1, Math.floor(leftSec)))
  return { ...content, apply: { ...apply, window, grant: { ...grant, ttlSec } } }
}
