import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { Desired, type Envelope } from '@bootfleet/contracts'
import { createDeviceKey, createSigningRequest, fingerprintOf, signDeviceToken } from '@bootfleet/pki'
import { createRegistry, deleteRegistry, systemCtx, updateRegistry } from '@bootfleet/operations'
import { createTestDatabase, query, waitFor, type TestDatabase } from '@bootfleet/testkit'
import { requestJson } from './testing/request-json.ts'
import { helloBody, stateBody, type TestDevice } from './testing/test-device.ts'
import { enrollRequest, prepareSite, startSite, type TestSite } from './testing/test-site.ts'

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
const poll = (
  device: TestDevice,
  { conn, gen = 0, wait = 0, hash }: { conn: string; gen?: number; wait?: number; hash?: string },
) => device.get(`/device/v1/desired?gen=${gen}&conn=${conn}&wait=${wait}${hash === undefined ? '' : `&hash=${hash}`}`)
const up = (device: TestDevice, messages: { kind: string; envelope: Envelope }[]) =>
  device.post('/device/v1/up', { messages })

function documentOf(json: Record<string, unknown>): Desired {
  const { payload } = json['desired'] as { payload: string }
  return Desired.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
}

test('a lost reply to enroll is harmless: the same request gets the same certificate for one use', async () => {
  const request = await enrollRequest({
    token: await site.createToken({ maxUses: 1 }),
    key: createDeviceKey(),
    hardwareId: randomUUID(),
  })
  const answers = await Promise.all([1, 2, 3].map(() => site.post('/device/v1/enroll', request)))
  expect(new Set(answers.map(({ json }) => json['certificate'])).size).toBe(1)
  const uses = await rows(`SELECT uses FROM enrollment_token WHERE max_uses = 1`)
  expect(uses).toEqual([{ uses: 1 }])
  const other = await enrollRequest({ token: request.token, key: createDeviceKey(), hardwareId: randomUUID() })
  expect(await site.post('/device/v1/enroll', other)).toMatchObject({
    status: 401,
    contentType: expect.stringContaining('application/problem+json'),
    json: { status: 401, code: 'enrollment_token_used_up' },
  })
})

test('an enrollment that needs approval is pending until an operator approved it', async () => {
  const token = await site.createToken({ requiresApproval: true })
  const request = await enrollRequest({ token, key: createDeviceKey(), hardwareId: randomUUID() })
  expect(await site.post('/device/v1/enroll', request)).toMatchObject({ status: 202, json: { state: 'pending' } })
  await rows(`UPDATE enrollment SET state = 'approved' WHERE hardware_id = '${request.hardwareId}'`)
  expect(await site.post('/device/v1/enroll', request)).toMatchObject({
    status: 200,
    json: { state: 'issued', inc: 1 },
  })
})

test('requests of the wrong form are refused with what is wrong', async () => {
  const good = await enrollRequest({
    token: await site.createToken(),
    key: createDeviceKey(),
    hardwareId: randomUUID(),
  })
  const codeOf = async (body: unknown) => (await site.post('/device/v1/enroll', body)).json['code']
  expect(await codeOf({ ...good, csr: 'nonsense' })).toBe('invalid_csr')
  expect(await codeOf({ ...good, hardwareId: 'a\0b' })).toBe('invalid')
  expect(await codeOf({ ...good, hardwareId: '' })).toBe('invalid')
  expect(await codeOf('{"__proto__":{"x":1}}')).toBe('invalid')
  expect((await site.post('/device/v1/enroll', { ...good, hostname: 'x'.repeat(100_000) })).status).toBe(413)
  expect((await site.post('/device/v1/nothing', {})).json['code']).toBe('not_found')
  expect((await site.post('/metrics', {})).status).toBe(404)
})

test('without a certificate or token nothing is told', async () => {
  const { ca } = site
  const port = site.gateway.ports.device
  const path = `/device/v1/desired?gen=0&conn=${randomUUID()}`
  expect((await requestJson({ port, path, method: 'GET', tls: { ca } })).status).toBe(401)
  expect((await site.post('/device/v1/up', { messages: [] })).status).toBe(401)
  expect((await site.post('/device/v1/renew', { csr: 'x' })).status).toBe(401)
})

test('an open poll is a connection, and gets a document and hints as soon as there are any', async () => {
  const device = await site.enroll()
  const conn = randomUUID()
  const first = documentOf((await poll(device, { conn })).json)
  expect(first).toMatchObject({ device: device.id, gen: 1 })
  const [row] = await rows(`SELECT hash FROM device_desired WHERE device_id = '${device.id}'`)
  const waiting = poll(device, { conn, gen: 1, hash: String(row?.['hash']), wait: 50 })
  const presence = () => rows(`SELECT conn, online, transport FROM device_presence WHERE device_id = '${device.id}'`)
  await waitFor('presence', async () => (await presence())[0]?.['conn'] === conn)
  expect(await presence()).toEqual([{ conn, online: true, transport: 'https' }])
  const payload = JSON.stringify({ ...first, gen: 2 })
  await rows(
    `UPDATE device_desired SET gen = 2, payload = '${payload}', hash = 'h2', send_at = now() WHERE device_id = '${device.id}'`,
  )
  await rows(`SELECT pg_notify('bootfleet_desired', '')`)
  expect(documentOf((await waiting).json).gen).toBe(2)
  const boot = { bootKey: 'b:1', booted: {}, outcome: 'reboot', health: 'healthy', failed: [] }
  await up(device, [{ kind: 'up/boot', envelope: device.envelope(boot) }])
  const hints = await poll(device, { conn, gen: 2, hash: 'h2', wait: 50 })
  expect(hints.json).toEqual({ ctl: [{ kind: 'seen', bootKeys: ['b:1'] }] })
})

test('a batch tells which messages count and which do not', async () => {
  const device = await site.enroll()
  const good = device.envelope(stateBody())
  const bad = { ...device.envelope(stateBody()), v: 2 } as unknown as Envelope
  const answer = await up(device, [
    { kind: 'up/state', envelope: good },
    { kind: 'up/state', envelope: bad },
    { kind: 'up/state', envelope: good },
  ])
  expect(answer.json).toEqual({
    acknowledged: [good.id, good.id],
    rejected: [{ id: bad.id, code: 'unsupported_version' }],
    desiredGen: 1,
  })
  expect((await up(device, [{ kind: 'dn/desired', envelope: good }])).status).toBe(400)
})

test('a device that sends too much over HTTPS is told to wait', async () => {
  const device = await site.enroll()
  const messages = Array.from({ length: 100 }, () => ({ kind: 'up/state', envelope: device.envelope(stateBody()) }))
  expect((await up(device, messages)).status).toBe(200)
  expect((await up(device, messages)).json['code']).toBe('rate_limited')
})

test('a device ahead of the server is asked to say hello', async () => {
  const device = await site.enroll()
  expect((await poll(device, { conn: randomUUID(), gen: 7, hash: 'x' })).json).toEqual({ ctl: [{ kind: 'resync' }] })
})

test('a device that counts its starts anew is told where the server is, and one event says so', async () => {
  const device = await site.enroll()
  const send = (kind: string, order: { epoch: number; seq: number }, body: object) =>
    up(device, [{ kind, envelope: device.envelope(body, order) }])
  const hello = (epoch: number, conn: string = randomUUID(), seq = 2) =>
    send('up/hello', { epoch, seq }, helloBody(conn))
  const hints = async (conn: string) => (await poll(device, { conn, gen: 1 })).json['ctl']
  const behind = [{ kind: 'resync', known: { epoch: 7, seq: 9 } }]
  const [conn, restored] = [randomUUID(), randomUUID()]
  await hello(7, conn)
  await send('up/state', { epoch: 7, seq: 9 }, stateBody())
  await hello(7, conn)
  expect(await hints(conn)).toEqual([])
  await hello(3, restored)
  expect(await hints(restored)).toEqual(behind)
  // Asked of every device at most so often, and of this one a moment ago.
  await hello(4, restored)
  expect(await hints(restored)).toEqual([])
  await hello(8, restored, 1)
  const [presence] = await rows(`SELECT conn, online, agent FROM device_presence WHERE device_id = '${device.id}'`)
  expect(presence).toEqual({ conn: restored, online: true, agent: '1.0.0' })
  const events = await rows(
    `SELECT because FROM device_event WHERE device_id = '${device.id}' AND kind = 'state_restored'`,
  )
  expect(events).toMatchObject([{ because: { deviceEpoch: 3, serverEpoch: 7 } }])
  await send('tm/hb', { epoch: 6, seq: 5 }, { conn: restored, gen: 1, lastSeq: 4, boots: 0 })
  expect(await hints(restored)).toEqual([{ kind: 'resync', known: { epoch: 8, seq: 1 } }])
})

test('a renewed certificate works beside the old one, and a lost reply can be repeated', async () => {
  const device = await site.enroll()
  const key = createDeviceKey()
  const csr = await createSigningRequest(key)
  const [one, two] = [await device.post('/device/v1/renew', { csr }), await device.post('/device/v1/renew', { csr })]
  expect(one.json['certificate']).toBe(two.json['certificate'])
  const cert = String(one.json['certificate'])
  const port = site.gateway.ports.device
  const request = { port, path: '/device/v1/token', method: 'POST', body: {} } as const
  expect(await requestJson({ ...request, tls: { ca: device.ca, cert, key } })).toMatchObject({
    status: 200,
    json: { device: device.id },
  })
  expect((await device.post('/device/v1/token', {})).status).toBe(200)
})

test('an expired certificate is good for a renewal only', async () => {
  const device = await site.enroll()
  await rows(`UPDATE device_certificate SET not_after = now() - interval '1 day' WHERE device_id = '${device.id}'`)
  expect((await device.post('/device/v1/token', {})).json['code']).toBe('certificate_not_in_force')
  const csr = await createSigningRequest(createDeviceKey())
  expect((await device.post('/device/v1/renew', { csr })).status).toBe(200)
})

test('a token signed with the device’s key counts where TLS ends at a proxy', async () => {
  const device = await site.enroll()
  const fingerprint = fingerprintOf(device.certificate)
  const sign = (audience: string) =>
    signDeviceToken(device.key, { deviceId: device.id, fingerprint, audience, now: new Date(), ttlSec: 300 })
  const ask = (token: string) =>
    requestJson({
      port: site.gateway.ports.device,
      path: '/device/v1/token',
      method: 'POST',
      body: {},
      tls: { ca: device.ca },
      headers: { authorization: `Bearer ${token}` },
    })
  expect(await ask(await sign('https://127.0.0.1:8443'))).toMatchObject({ status: 200, json: { device: device.id } })
  expect((await ask(await sign('https://elsewhere'))).json['code']).toBe('device_token_wrong_audience')
  expect((await ask('garbage')).json['code']).toBe('device_token_malformed')
})

test('a hello over HTTPS brings agent and capabilities', async () => {
  const device = await site.enroll()
  const conn = randomUUID()
  await up(device, [{ kind: 'up/hello', envelope: device.envelope({ ...helloBody(conn), caps: ['download_only'] }) }])
  const found = await rows(
    `SELECT conn, transport, agent, capabilities FROM device_presence WHERE device_id = '${device.id}'`,
  )
  expect(found).toEqual([{ conn, transport: 'https', agent: '1.0.0', capabilities: ['download_only'] }])
})

// The last one: from then on this address has to wait.
test('a device gets the registry logins that are meant for devices of its organization, as long as they are', async () => {
  const device = await site.enroll()
  const { services, installation } = site
  const ctx = systemCtx(services, installation.organizationId)
  const ask = async () => (await device.get('/device/v1/registry-auth')).json
  const login = { username: 'puller', password: 'very-secret' }
  const { id } = await createRegistry(ctx, { scope: 'registry.test', ...login })
  expect(await ask()).toEqual({ registryAuth: null })
  await updateRegistry(ctx, { id, forDevices: true })
  const auth = Buffer.from('puller:very-secret').toString('base64')
  expect(await ask()).toEqual({ registryAuth: { auths: { 'registry.test': { auth } } } })
  await deleteRegistry(ctx, { id })
  expect(await ask()).toEqual({ registryAuth: null })
  const stranger = await requestJson({
    port: site.gateway.ports.device,
    path: '/device/v1/registry-auth',
    method: 'GET',
    tls: { ca: site.ca },
  })
  expect(stranger.status).toBe(401)
})

test('an address that tries out tokens is slowed down, and who has a token gets in from it', async () => {
  const request = await enrollRequest({ token: 'bfe_none_such_token_00000', key: createDeviceKey(), hardwareId: 'x' })
  const statuses: number[] = []
  for (let turn = 0; turn < 25; turn++) statuses.push((await site.post('/device/v1/enroll', request)).status)
  expect(statuses.at(-1)).toBe(429)
  expect(statuses).toContain(401)
  expect((await site.enroll()).id).toBeDefined()
})
