import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect as connectTcp } from 'node:net'
import { Client } from 'pg'
import { createTestDatabase, query, waitFor, type TestDatabase } from '@bootfleet/testkit'
import { connectPacket, openRawClient, publishPacket, type RawClient } from './testing/raw-client.ts'
import { stateBody, type TestDevice, type TestLink } from './testing/test-device.ts'
import { prepareSite, startSite, type TestSite } from './testing/test-site.ts'

let server: TestDatabase
let site: TestSite

beforeAll(async () => {
  server = await createTestDatabase()
  site = await startSite(await prepareSite(server.url))
})
afterAll(async () => {
  await site.close()
  await server[Symbol.asyncDispose]()
})

const rows = (sql: string) => query(server.adminUrl, sql)
const stored = async (device: TestDevice) =>
  (await rows(`SELECT 1 FROM device_state WHERE device_id = '${device.id}'`)).length === 1
const tlsOf = ({ ca, certificate: cert, key }: TestDevice) => ({ ca, cert, key })
const open = (device: TestDevice) => openRawClient({ port: device.ports().mqtt, tls: tlsOf(device) })
const answerOf = <C extends string>(client: RawClient, cmd: C) =>
  waitFor(`${cmd} or the end`, () => client.packets.find((packet) => packet.cmd === cmd) ?? client.isClosed())

async function openConnected(device: TestDevice, extra: object = {}): Promise<RawClient> {
  const client = open(device)
  client.send(connectPacket(device.id, extra))
  await answerOf(client, 'connack')
  return client
}

test('a message is acknowledged only after it is stored', async () => {
  const device = await site.enroll()
  const link = await device.connect()
  const blocker = new Client({ connectionString: server.adminUrl })
  await blocker.connect()
  await blocker.query('BEGIN; LOCK TABLE device_state IN EXCLUSIVE MODE')
  let acknowledged = false
  const sent = link.send('up/state', stateBody()).then(() => {
    acknowledged = true
  })
  await waitFor(
    'a transaction that waits',
    async () =>
      (await rows(`SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'device_state'::regclass`)).length > 0,
  )
  expect(acknowledged).toBe(false)
  await blocker.query('COMMIT')
  await sent
  expect(await stored(device)).toBe(true)
  await blocker.end()
  await link.session.end()
})

test('a connection without a certificate, or with one of another authority, gets nowhere', async () => {
  const [device, other] = [await site.enroll(), await prepareForeign()]
  for (const tls of [{ ca: device.ca }, { ca: device.ca, cert: other.certificate, key: other.key }]) {
    const client = openRawClient({ port: device.ports().mqtt, tls })
    client.send(connectPacket(device.id))
    await waitFor('the end', () => client.isClosed())
    expect(client.packets).toEqual([])
  }
})

test('what a device may not publish ends its connection and leaves nothing behind', async () => {
  const [device, victim] = [await site.enroll(), await site.enroll()]
  const payload = JSON.stringify(device.envelope(stateBody()))
  const own = `bf/v1/${device.id}`
  const forbidden = [
    publishPacket(`bf/v1/${victim.id}/up/state`, payload),
    publishPacket(`${own}/dn/desired`, payload),
    publishPacket(`${own}/up/state/extra`, payload),
    publishPacket(`${own}/up/unknown`, payload),
    publishPacket(`${'a/'.repeat(100)}b`, payload),
    publishPacket('$SYS/x', payload),
    publishPacket(`${own}/up/state`, payload, { retain: true }),
    publishPacket(`${own}/up/state`, payload, { qos: 2 }),
    publishPacket(`${own}/up/state`, Buffer.alloc(64 * 1024 + 1, 0x20)),
  ]
  for (const packet of forbidden) {
    const client = await openConnected(device)
    client.send(packet)
    await waitFor('the end', () => client.isClosed())
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack'])
  }
  expect([await stored(device), await stored(victim)]).toEqual([false, false])
})

test('foreign subscriptions are refused and the own ones granted', async () => {
  const device = await site.enroll()
  const client = await openConnected(device)
  const filters = [
    '#',
    '+/+/+/+/+',
    `$share/g/bf/v1/${device.id}/dn/ctl`,
    '$SYS/#',
    'bf/v1/*/dn/>',
    `bf/v1/${device.id}/dn/+`,
  ]
  const topics = [...filters, `bf/v1/${device.id}/dn/ctl`, `bf/v1/${device.id}/dn/desired`]
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 as const })) })
  expect(await answerOf(client, 'suback')).toMatchObject({ granted: [128, 128, 128, 128, 128, 128, 1, 1] })
  client.socket.destroy()
})

test('a will for another topic, a retained one or a large one is refused at CONNECT', async () => {
  const [device, victim] = [await site.enroll(), await site.enroll()]
  const own = `bf/v1/${device.id}/up/presence`
  const wills = [
    { topic: `bf/v1/${victim.id}/up/presence`, payload: '{}', qos: 1, retain: false },
    { topic: `bf/v1/${device.id}/up/state`, payload: '{}', qos: 1, retain: false },
    { topic: own, payload: '{}', qos: 1, retain: true },
    { topic: own, payload: 'x'.repeat(10_000), qos: 1, retain: false },
  ]
  for (const will of wills) {
    const client = open(device)
    client.send(connectPacket(device.id, { will: { ...will, payload: Buffer.from(will.payload) } }))
    await waitFor('the end', () => client.isClosed())
    expect(client.packets).toEqual([])
  }
})

test('huge announcements, broken lengths and other protocols end the connection without being gathered', async () => {
  const device = await site.enroll()
  const before = process.memoryUsage().rss
  const announcements = [
    Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]),
    Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.concat([Buffer.from([0x32, 0x81, 0x80, 0x08]), Buffer.alloc(128 * 1024 + 1)]),
  ]
  for (const bytes of announcements) {
    const client = await openConnected(device)
    client.sendBytes(bytes)
    client.sendBytes(Buffer.alloc(1024 * 1024))
    await waitFor('the end', () => client.isClosed())
  }
  const plain = connectTcp({ host: '127.0.0.1', port: device.ports().mqtt })
  plain.on('error', () => {})
  plain.write('GET / HTTP/1.1\r\n\r\n')
  await waitFor('the end of plain text', () => plain.destroyed)
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
})

test('connections that say nothing, and such without keepalive, are closed', async () => {
  const device = await site.enroll()
  const [silent, immortal] = [open(device), open(device)]
  immortal.send(connectPacket(device.id, { keepalive: 0 }))
  expect(await answerOf(immortal, 'connack')).toMatchObject({ returnCode: 6 })
  const halfOpen = await openConnected(device, { keepalive: 1 })
  halfOpen.socket.pause()
  await waitFor('the end of the half-open one', async () => (await connectionCount()) === 0)
  await waitFor('the end of the silent one', () => silent.isClosed())
  halfOpen.socket.destroy()
  immortal.socket.destroy()
})

test('a device that sends too fast is slowed down, and one that floods is cut off', async () => {
  const device = await site.enroll()
  const topic = `bf/v1/${device.id}/up/state`
  const burst = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      publishPacket(topic, JSON.stringify(device.envelope(stateBody())), { messageId: index + 1 }),
    )
  const client = await openConnected(device)
  for (const packet of burst(26)) client.send(packet)
  await waitFor('all acknowledgements', () => client.packets.filter(({ cmd }) => cmd === 'puback').length === 26)
  expect(client.isClosed()).toBe(false)
  for (const packet of burst(300)) client.send(packet)
  await waitFor('the end', () => client.isClosed())
})

test('a device that reads nothing holds up nobody else', async () => {
  const [frozen, other] = [await site.enroll(), await site.enroll()]
  const client = await openConnected(frozen)
  client.socket.pause()
  const link = await other.connect()
  await rows(`INSERT INTO device_presence (device_id, organization_id, conn, transport, gateway_id, online, connected_at, last_seen_at, heartbeat_sec, agent, capabilities)
    SELECT '${frozen.id}', organization_id, gen_random_uuid(), 'mqtt', gateway_id, true, now(), now(), 60, '', '{}' FROM device_presence LIMIT 1`)
  await rows(`UPDATE device_desired SET send_at = now() WHERE device_id = '${frozen.id}'`)
  await link.hello()
  await waitFor('the other’s document', () => link.desired[0])
  client.socket.destroy()
  await link.session.end()
})

test('two machines with one identity are noticed and asked to go away, and the device stays online', async () => {
  const device = await site.enroll()
  const links: TestLink[] = []
  for (let turn = 0; turn < 6; turn++) {
    const link = await device.connect()
    await link.hello()
    links.push(link)
  }
  await waitFor(
    'the suspicion',
    async () =>
      (await rows(`SELECT 1 FROM device_event WHERE device_id = '${device.id}' AND kind = 'clone_suspected'`))
        .length === 1,
  )
  await waitFor('goaway', () => links.some(({ controls }) => controls.some(({ kind }) => kind === 'goaway')))
  const [row] = await rows(`SELECT online, conn FROM device_presence WHERE device_id = '${device.id}'`)
  expect(row).toEqual({ online: true, conn: links.at(-1)?.conn })
  await links.at(-1)?.session.end()
})

test('a revocation whose notification was lost is found by the sweep', async () => {
  const device = await site.enroll()
  const link = await device.connect()
  await rows(`UPDATE device SET removed_at = now() WHERE id = '${device.id}'`)
  await waitFor('the end', () => link.closed)
})

async function connectionCount(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${site.gateway.ports.health}/metrics`)).text()
  return Number(/^bootfleet_gateway_connections (\d+)$/m.exec(text)?.[1])
}

/** A device of another installation. */
async function prepareForeign(): Promise<{ certificate: string; key: string }> {
  const database = await createTestDatabase()
  const foreign = await startSite(await prepareSite(database.url))
  const { certificate, key } = await foreign.enroll()
  await foreign.close()
  await database[Symbol.asyncDispose]()
  return { certificate, key }
}
