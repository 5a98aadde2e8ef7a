import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { notifyChannels, type Event } from '@bootfleet/contracts'
import { connect, listen, type Database } from '@bootfleet/db'
import { createTestDatabase, query, testServices, waitFor, type TestDatabase } from '@bootfleet/testkit'
import { emit } from '../outbox.ts'
import type { Services } from '../services.ts'
import { publishOutbox, type OutboxEntry } from './publish-outbox.ts'
import { readOutboxAge } from './read-outbox-age.ts'

let server: TestDatabase
let db: Database
let services: Services
const organizationId = randomUUID()
const channelChanged = (): Event => ({ kind: 'channel.changed', channelId: randomUUID() })
const deliverNowhere = () => Promise.resolve([])

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  services = testServices(db)
  await db.transaction('system', (tx) => tx.organization.create({ data: { id: organizationId, slug: 'o', name: 'O' } }))
})
beforeEach(() => query(server.adminUrl, 'TRUNCATE outbox'))
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})

function emitEvents(events: readonly Event[]): Promise<void> {
  return db.transaction({ organizationId }, (tx) => emit(tx, organizationId, events))
}

/** A transaction that has written `event` and commits when told to. */
async function emitHeld(event: Event): Promise<{ commit: () => Promise<void> }> {
  const signals = new EventEmitter()
  const done = db.transaction({ organizationId }, async (tx) => {
    await emit(tx, organizationId, [event])
    const released = once(signals, 'release')
    signals.emit('written')
    await released
  })
  await once(signals, 'written')
  return {
    commit: async () => {
      signals.emit('release')
      await done
    },
  }
}

test('rows are handed on in id order and numbered in that order', async () => {
  await emitEvents([channelChanged(), channelChanged(), channelChanged()])
  const delivered: OutboxEntry[] = []
  const published = await publishOutbox(services, {
    limit: 2,
    deliver: (entries) => {
      delivered.push(...entries)
      return Promise.resolve([])
    },
  })
  expect(published.map(({ id }) => id)).toEqual(delivered.map(({ id }) => id))
  expect(published).toHaveLength(2)
  expect(published[1]!.publishedSeq).toBeGreaterThan(published[0]!.publishedSeq)
  expect(await publishOutbox(services, { limit: 2, deliver: deliverNowhere })).toHaveLength(1)
  expect(await publishOutbox(services, { limit: 2, deliver: deliverNowhere })).toEqual([])
  expect(await readOutboxAge(services)).toBe(0)
})

test('what could not be handed on is handed on again', async () => {
  await emitEvents([channelChanged()])
  const failing = publishOutbox(services, { limit: 10, deliver: () => Promise.reject(new Error('crash')) })
  await expect(failing).rejects.toThrow('crash')
  expect(await readOutboxAge(services)).toBeGreaterThan(0)
  expect(await publishOutbox(services, { limit: 10, deliver: deliverNowhere })).toHaveLength(1)
})

test('a row of a later version is numbered and passed over', async () => {
  await query(
    server.adminUrl,
    `INSERT INTO outbox (organization_id, kind, payload) VALUES ('${organizationId}', 'moon.risen', '[1]')`,
  )
  const [entry] = await publishOutbox(services, { limit: 10, deliver: deliverNowhere })
  expect(entry).toMatchObject({ event: undefined })
})

test('two relays at once number each row once', async () => {
  await emitEvents(Array.from({ length: 40 }, channelChanged))
  const both = await Promise.all([1, 2].map(() => publishOutbox(services, { limit: 40, deliver: deliverNowhere })))
  const numbers = both.flat().map(({ publishedSeq }) => publishedSeq)
  expect(new Set(numbers).size).toBe(40)
  expect(numbers).toHaveLength(40)
})

test('notifications arrive with the numbers, and live streams hear the newest', async () => {
  const heard: string[] = []
  const stop = new AbortController()
  const channels = [notifyChannels.kick, notifyChannels.live]
  const onNotify = (channel: string | undefined, payload: string) => void heard.push(`${channel ?? 'ready'} ${payload}`)
  const listening = listen({ url: server.url, channels, onNotify, signal: stop.signal })
  await waitFor('the listener', () => heard.includes('ready '))
  await emitEvents([channelChanged()])
  const kick = { channel: notifyChannels.kick, payload: '{}' }
  const [entry] = await publishOutbox(services, { limit: 10, deliver: () => Promise.resolve([kick]) })
  await waitFor('both notifications', () => heard.length >= 3)
  expect(heard).toEqual(['ready ', `${notifyChannels.kick} {}`, `${notifyChannels.live} ${entry!.publishedSeq}`])
  stop.abort()
  await listening
})

test('a reader that follows the numbers misses no row, whatever the order of the commits', async () => {
  const seen: bigint[] = []
  const read = async () => {
    const where = { publishedSeq: { gt: seen.at(-1) ?? 0n } }
    const rows = await db.transaction('system', (tx) => tx.outbox.findMany({ where, orderBy: { publishedSeq: 'asc' } }))
    seen.push(...rows.flatMap(({ publishedSeq }) => publishedSeq ?? []))
  }
  let writing = true
  const reader = (async () => {
    while (writing) await read()
    await read()
  })()
  const relay = () => publishOutbox(services, { limit: 3, deliver: deliverNowhere })
  for (let round = 0; round < 10; round++) {
    const lowerId = await emitHeld(channelChanged())
    const higherId = await emitHeld(channelChanged())
    await higherId.commit()
    await Promise.all([relay(), relay(), lowerId.commit()])
  }
  while ((await relay()).length > 0);
  writing = false
  await reader
  const rows = await query(server.adminUrl, 'SELECT published_seq::text AS seq FROM outbox ORDER BY published_seq')
  expect(seen.map(String)).toEqual(rows.map(({ seq }) => seq))
  expect(rows).toHaveLength(20)
})
