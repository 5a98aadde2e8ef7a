import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect as connectSocket } from 'node:net'
import { publishOutbox } from '@bootfleet/operations'
import { createClient, type Client, type LiveMessage } from '@bootfleet/sdk'
import { createTestDatabase, query, waitFor, type TestDatabase } from '@bootfleet/testkit'
import { openTestSite, type TestSite } from './testing/test-site.ts'

let database: TestDatabase
let site: TestSite
let client: Client
const streams: AbortController[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  site = await openTestSite(database.url)
  client = createClient({ baseUrl: site.url, token: site.one.tokens.admin })
})
afterEach(() => {
  for (const stream of streams.splice(0)) stream.abort()
})
afterAll(async () => {
  await site.close()
  await database[Symbol.asyncDispose]()
})

/** Follows the stream in the background; `kinds` grows. */
function follow(token: string, lastEventId?: string) {
  const stop = new AbortController()
  streams.push(stop)
  const messages: LiveMessage[] = []
  const own = createClient({ baseUrl: site.url, token })
  const done = (async () => {
    const options = { signal: stop.signal, retryMs: 10, ...(lastEventId !== undefined && { lastEventId }) }
    for await (const message of own.live(options)) messages.push(message)
  })().catch((error: unknown) => error)
  const kinds = () => messages.map(({ event }) => event.kind)
  return { messages, kinds, stop, done, has: (kind: string) => waitFor(kind, () => kinds().includes(kind as never)) }
}

const publish = () => publishOutbox(site.services, { limit: 500, deliver: async () => [] })

test('what changes is told, in order, to the organization that it belongs to', async () => {
  const [mine, theirs] = [follow(site.one.tokens.viewer), follow(site.other.tokens.viewer)]
  await Promise.all([mine.has('ready'), theirs.has('ready')])
  const group = await client.groups.create({ body: { name: 'live-1' } })
  const policy = await client.policies.create({ body: { name: 'live-1' } })
  await publish()
  await mine.has('policy.changed')
  expect(mine.messages.map(({ event }) => event)).toEqual([
    { kind: 'ready' },
    { kind: 'group.changed', groupId: group.id },
    { kind: 'policy.changed', policyId: policy.id },
  ])
  expect(theirs.kinds()).toEqual(['ready'])
})

test('a stream that was cut off goes on where it ended', async () => {
  const first = follow(site.one.tokens.viewer)
  await first.has('ready')
  const last = first.messages.at(-1)?.id
  first.stop.abort()
  await first.done
  await client.groups.create({ body: { name: 'missed-1' } })
  await publish()
  await client.policies.create({ body: { name: 'missed-1' } })
  await publish()
  const second = follow(site.one.tokens.viewer, last)
  await second.has('policy.changed')
  await client.channels.create({ body: { name: 'after', repository: 'registry.example/after' } })
  await publish()
  await second.has('channel.changed')
  expect(second.kinds()).toEqual(['group.changed', 'policy.changed', 'channel.changed'])
})

test('more than one batch that was missed arrives whole and in order', async () => {
  const first = follow(site.one.tokens.viewer)
  await first.has('ready')
  const last = first.messages.at(-1)?.id
  first.stop.abort()
  const { organizationId } = site.one
  await query(
    database.adminUrl,
    `INSERT INTO outbox (organization_id, kind, payload)
     SELECT '${organizationId}', 'device.changed', jsonb_build_object('deviceIds', jsonb_build_array(gen_random_uuid()))
     FROM generate_series(1, 450)`,
  )
  await publish()
  const second = follow(site.one.tokens.viewer, last)
  await waitFor('all events', () => second.messages.length === 450)
  const ids = second.messages.map(({ id }) => Number(id))
  expect(ids).toEqual(ids.toSorted((one, other) => one - other))
  expect(new Set(ids).size).toBe(450)
})

test.each(['0', '999999999999', 'nonsense'])('a position that is not known (%s) asks for a fresh start', async (id) => {
  await client.groups.create({ body: { name: `position-${id}` } })
  await publish()
  await client.groups.update({ params: { group: `position-${id}` }, body: { description: 'x' } })
  await publish()
  await query(database.adminUrl, 'DELETE FROM outbox WHERE published_seq = (SELECT min(published_seq) FROM outbox)')
  const stream = follow(site.one.tokens.viewer, id)
  await stream.has('reset')
  expect(stream.kinds()).toEqual(['reset'])
  expect(stream.messages[0]?.id).toMatch(/^\d+$/)
})

test('what is for the processes themselves is not told', async () => {
  const stream = follow(site.one.tokens.viewer)
  await stream.has('ready')
  const { organizationId } = site.one
  await query(
    database.adminUrl,
    `INSERT INTO outbox (organization_id, kind, payload) VALUES
     ('${organizationId}', 'desired.changed', '{}'), ('${organizationId}', 'freeze.changed', '{"groupId":null}')`,
  )
  await publish()
  await stream.has('freeze.changed')
  expect(stream.kinds()).toEqual(['ready', 'freeze.changed'])
})

test('a stream needs credentials', async () => {
  const stream = follow('bft_wrong')
  expect(await stream.done).toMatchObject({ status: 401 })
})

test('a reader that reads nothing fills no memory and keeps nobody waiting', async () => {
  const { hostname, port } = new URL(site.url)
  const socket = connectSocket(Number(port), hostname)
  socket.pause()
  socket.write(
    `GET /v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${site.one.tokens.viewer}\r\nLast-Event-ID: 0\r\n\r\n`,
  )
  const reader = follow(site.one.tokens.viewer)
  await reader.has('ready')
  await client.groups.create({ body: { name: 'slow-1' } })
  await publish()
  await reader.has('group.changed')
  socket.destroy()
})

test('streams end when the server stops', async () => {
  const own = await createTestDatabase()
  const short = await openTestSite(own.url)
  const response = await fetch(`${short.url}/v1/live`, {
    headers: { authorization: `Bearer ${short.one.tokens.viewer}` },
  })
  await short.close()
  expect(await response.text()).toContain('"ready"')
  await own[Symbol.asyncDispose]()
})
