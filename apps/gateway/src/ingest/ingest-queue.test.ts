import { expect, test } from 'vitest'
import type { InboundMessage, IngestOutcome } from '@bootfleet/operations'
import { createIngestQueue } from './ingest-queue.ts'

const message = (deviceId: string): InboundMessage =>
  ({ deviceId, transport: 'mqtt', gatewayId: 'g', up: { kind: 'up/state' } }) as unknown as InboundMessage
const stored = (messages: readonly InboundMessage[]): IngestOutcome => ({
  results: messages.map(() => ({ outcome: 'stored' })),
  controls: [],
})
const parts = { probe: () => Promise.resolve(), onStored: () => {}, onError: () => {} }

test('messages that come together share a batch, and each gets its result', async () => {
  const batches: number[] = []
  const queue = createIngestQueue({
    ...parts,
    ingest: (messages) => {
      batches.push(messages.length)
      return Promise.resolve(stored(messages))
    },
  })
  const results = await Promise.all(['a', 'b', 'c'].map((id) => queue.add(message(id))))
  expect(results).toEqual([{ outcome: 'stored' }, { outcome: 'stored' }, { outcome: 'stored' }])
  expect(batches).toEqual([3])
})

test('a message that makes every batch fail is refused, and the others are stored', async () => {
  const queue = createIngestQueue({
    ...parts,
    ingest: (messages) =>
      messages.some(({ deviceId }) => deviceId === 'poison')
        ? Promise.reject(new Error('no'))
        : Promise.resolve(stored(messages)),
  })
  const results = await Promise.all(['a', 'poison', 'b'].map((id) => queue.add(message(id))))
  expect(results.map((result) => ('code' in result ? result.code : result.outcome))).toEqual([
    'stored',
    'unprocessable',
    'stored',
  ])
})

test('while the database is away messages wait, and are stored when it is back', async () => {
  let away = true
  const problems: (string | undefined)[] = []
  const queue = createIngestQueue({
    ...parts,
    ingest: (messages) => (away ? Promise.reject(new Error('away')) : Promise.resolve(stored(messages))),
    probe: () => {
      problems.push(queue.problem())
      const answer = away ? Promise.reject(new Error('away')) : Promise.resolve()
      away = problems.length < 2
      return answer
    },
  })
  expect(await queue.add(message('a'))).toEqual({ outcome: 'stored' })
  expect(problems.at(-1)).toContain('away')
  expect(queue.problem()).toBeUndefined()
})

test('a queue that is closed while the database is away gives up what waits', async () => {
  const queue = createIngestQueue({
    ...parts,
    ingest: () => Promise.reject(new Error('away')),
    probe: () => Promise.reject(new Error('away')),
  })
  const outcomes = Promise.allSettled([queue.add(message('a'))])
  await queue.close()
  expect(await outcomes).toMatchObject([{ status: 'rejected', reason: { message: expect.stringContaining('stops') } }])
  await expect(queue.add(message('b'))).rejects.toThrow(/no room/)
})

test('a heartbeat that finds too much waiting is dropped, and ends nobody’s connection', async () => {
  const queue = createIngestQueue({ ...parts, ingest: (messages) => Promise.resolve(stored(messages)) })
  const reports = Array.from({ length: 5_000 }, (_, index) => queue.add(message(`device-${index}`)))
  const heartbeat = { ...message('a'), up: { kind: 'tm/hb' } } as unknown as InboundMessage
  expect(await queue.add(heartbeat)).toEqual({ outcome: 'dropped' })
  await Promise.all(reports)
  expect(await queue.add(heartbeat)).toEqual({ outcome: 'stored' })
})
