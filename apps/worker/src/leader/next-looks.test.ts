import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { QueuedJob } from '../queue/queued-job.ts'
import { createNextLooks } from './next-looks.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function begin(add?: () => Promise<void>) {
  const added: string[] = []
  const stop = new AbortController()
  const queue = { add: add ?? (async (jobs: readonly QueuedJob[]) => void added.push(...jobs.map(({ key }) => key))) }
  const looks = createNextLooks({ queue, now: () => new Date() }, stop.signal)
  const inMs = (ms: number) => new Date(Date.now() + ms)
  return { looks, added, stop, inMs }
}

test('a rollout is lined up when the time comes that its turn named, and once', async () => {
  const { looks, added, inMs } = begin()
  looks.plan('r', inMs(1500))
  await vi.advanceTimersByTimeAsync(1499)
  expect(added).toEqual([])
  await vi.advanceTimersByTimeAsync(100)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(added).toEqual(['advance-rollout:r'])
})

test('a later turn moves the look, or takes it away', async () => {
  const { looks, added, inMs } = begin()
  looks.plan('moved', inMs(1000))
  looks.plan('moved', inMs(3000))
  looks.plan('gone', inMs(1000))
  looks.plan('gone', null)
  await vi.advanceTimersByTimeAsync(2000)
  expect(added).toEqual([])
  await vi.advanceTimersByTimeAsync(2000)
  expect(added).toEqual(['advance-rollout:moved'])
})

test('what is due already, far off, or planned while the worker stops is left to the sweep', async () => {
  const { looks, added, stop, inMs } = begin()
  looks.plan('due', inMs(0))
  looks.plan('far', inMs(3_600_000))
  looks.plan('stopping', inMs(1000))
  stop.abort()
  looks.plan('stopped', inMs(1000))
  await vi.advanceTimersByTimeAsync(4_000_000)
  expect(added).toEqual([])
})

test('a queue that is away does no harm', async () => {
  const { looks, inMs } = begin(() => Promise.reject(new Error('away')))
  looks.plan('r', inMs(10))
  await vi.advanceTimersByTimeAsync(100)
  expect(vi.getTimerCount()).toBe(0)
})
