import { createHash } from 'node:crypto'

/** What a signal is about, as one text; the same devices in another order are the same. */
export function scopeOf({
  selector,
  devices,
}: {
  selector?: string | undefined
  devices?: string[] | undefined
}): string {
  if (selector !== undefined) return `selector:${selector.replaceAll(/\s+/g, ' ').trim()}`
  if (devices === undefined) return 'all'
  const ids = [...new Set(devices.map((id) => id.toLowerCase()))].toSorted()
  return `devices:${createHash('sha256').update(ids.join()).digest('hex')}`
}
