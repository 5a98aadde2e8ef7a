import { BoundedMap } from './bounded-map.ts'

const windowMs = 60_000
const suspicious = 5
const quietMs = 10 * 60_000

/**
 * Counts how often connections of one device replace one another. Says how many it were within a minute when two
 * machines seem to share an identity: at the fifth, then at most every ten minutes.
 */
export function createTakeoverWatch(): (deviceId: string, now: number) => number | undefined {
  const seen = new BoundedMap<string, { times: number[]; reportedAt: number | undefined }>(10_000)
  return (deviceId, now) => {
    const entry = seen.get(deviceId) ?? { times: [], reportedAt: undefined }
    entry.times = [...entry.times.filter((time) => time > now - windowMs), now]
    seen.set(deviceId, entry)
    const quiet = entry.reportedAt !== undefined && entry.reportedAt > now - quietMs
    if (entry.times.length < suspicious || quiet) return undefined
    entry.reportedAt = now
    return entry.times.length
  }
}
