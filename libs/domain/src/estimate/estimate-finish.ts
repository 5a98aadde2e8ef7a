import type { Instant } from '../rollout/view.ts'
import { placesFrom } from './earliest-free.ts'
import type { OpenClock } from './open-clock.ts'
import { unitOf } from './unit-of.ts'

/** Seconds that a step took before, in any order; one of them is drawn for each device. Never empty. */
export interface StepTimes {
  readonly download: readonly number[]
  readonly reboot: readonly number[]
  readonly verify: readonly number[]
}

export interface EstimateGroup {
  readonly slots: number
  readonly maxDownloading: number
  readonly opens: OpenClock
  readonly times: StepTimes
  /** Releases that a device of it boots on average, at least 1. */
  readonly hops: number
  /** The part of its devices that download; the others have the image already. All of them where it is left out. */
  readonly pulling?: number
  /** Slots for each value of the label that its budget counts by. */
  readonly buckets?: readonly number[]
}

export interface EstimateWave {
  readonly soakSec: number
  /** Devices of each group, in the order of `groups`. */
  readonly devices: readonly number[]
  /** Those of them in each bucket of each group. */
  readonly inBuckets?: readonly (readonly number[])[]
}

export interface EstimateInput {
  readonly from: Instant
  readonly groups: readonly EstimateGroup[]
  readonly waves: readonly EstimateWave[]
  readonly seed: number
}

/** When half of the tries, and nine of ten, were finished. `null`: some device may never apply. */
export interface FinishEstimate {
  readonly p50: Instant | null
  readonly p90: Instant | null
}

// A large fleet varies little as a whole, so few tries are enough for it: the work stays about the same.
const tasks = 100_000

/**
 * Plays a rollout in which every device connects and succeeds, over and over, and says when it ends: waves one after the
 * other; in each, downloads by so many places, then reboots by slots within windows, in the order of the rollout; then the
 * soak. A wave takes as long as the slowest of its groups, and of their buckets as if each were alone. The same input gives
 * the same answer.
 */
export function estimateFinish(input: EstimateInput): FinishEstimate {
  const devices = input.waves.reduce((total, wave) => total + sum(wave.devices), 0)
  const runs = Math.min(100, Math.max(3, Math.floor(tasks / Math.max(1, devices))))
  const ends = Array.from({ length: runs }, (_, run) => endOf(input, run))
  const known = ends.filter((end) => end !== null).toSorted((one, other) => one - other)
  if (known.length < runs) return { p50: null, p90: null }
  return { p50: rank(known, 0.5), p90: rank(known, 0.9) }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function rank(sorted: readonly Instant[], share: number): Instant | null {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null
}

function endOf({ from, groups, waves, seed }: EstimateInput, run: number): Instant | null {
  let now: Instant | null = from
  for (const [wave, { devices, inBuckets, soakSec }] of waves.entries()) {
    let end: Instant = now
    for (const [place, group] of groups.entries()) {
      const salt = seed + run * 7919 + wave * 104_729 + place * 15_485_863
      const last = withBuckets(group, { count: devices[place] ?? 0, from: now, salt }, inBuckets?.[place] ?? [])
      if (last === null) return null
      if ((devices[place] ?? 0) > 0) end = Math.max(end, last + soakSec * 1000)
    }
    now = end
  }
  return now
}

interface Batch {
  readonly count: number
  readonly from: Instant
  readonly salt: number
}

/** When the last of some devices of a group is healthy, also those of the bucket that takes longest. */
function withBuckets(group: EstimateGroup, batch: Batch, inBuckets: readonly number[]): Instant | null {
  let end = groupEnd(group, batch)
  for (const [nth, slots] of (group.buckets ?? []).entries()) {
    const salt = batch.salt + (nth + 1) * 32_452_843
    const last = groupEnd({ ...group, slots }, { ...batch, salt, count: inBuckets[nth] ?? 0 })
    end = last === null || end === null ? null : Math.max(end, last)
  }
  return end
}

/** When the last of some devices of a group is healthy. */
function groupEnd(group: EstimateGroup, { count, from, salt }: Batch): Instant | null {
  const { slots, maxDownloading, opens, times, hops, pulling = 1 } = group
  const downloads = placesFrom(Math.min(maxDownloading, count), from)
  const reboots = placesFrom(Math.min(slots, count), from)
  let end = from
  for (let device = 0; device < count; device++) {
    const pulls = unitOf(~salt, device) < pulling
    const download = pulls ? drawn(times.download, salt, device * 4) : 0
    const boots = Math.floor(hops) + Number(unitOf(salt, device * 4 + 3) < hops % 1)
    const apply = drawn(times.reboot, salt, device * 4 + 1) + drawn(times.verify, salt, device * 4 + 2)
    const staged = pulls ? downloads.first() + download : from
    if (pulls) downloads.takeUntil(staged)
    const begins = opens(Math.max(reboots.first(), staged))
    if (begins === null) return null
    const healthy = begins + apply * boots + download * (boots - 1)
    reboots.takeUntil(healthy)
    end = Math.max(end, healthy)
  }
  return end
}

function drawn(seconds: readonly number[], salt: number, nth: number): number {
  return (seconds[Math.floor(unitOf(salt, nth) * seconds.length)] ?? 0) * 1000
}
