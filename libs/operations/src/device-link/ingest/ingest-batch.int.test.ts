import { afterAll, beforeAll, expect, test } from 'vitest'
import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import type { UpKind } from '@bootfleet/contracts'
import { connect, type Database } from '@bootfleet/db'
import { createSecretBox } from '@bootfleet/pki'
import { createTestDatabase, query, type TestDatabase } from '@bootfleet/testkit'
import { buildDesired, encodeDesired, idleContent } from '../../desired/build-desired.ts'
import { loadPublicSigningKeys } from '../../installation/installation-keys.ts'
import { setupInstallation, type SetupResult } from '../../installation/setup-installation.ts'
import type { Services } from '../../services.ts'
import { expirePresence } from '../dispatch/expire-presence.ts'
import { takeDesiredToSend } from '../dispatch/take-desired.ts'
import type { InboundMessage } from './inbound.ts'
import { ingestBatch } from './ingest-batch.ts'
import { checkUp, isReject } from './parse-up.ts'

let server: TestDatabase
let db: Database
let services: Services
let installation: SetupResult
let clock = Date.parse('2026-01-02T03:04:05.000Z')
const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const gateway = { transport: 'mqtt', gatewayId: 'g1' } as const

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  const addresses = { web: 'http://127.0.0.1:1', device: 'https://127.0.0.1:2', mqtt: { host: '127.0.0.1', port: 3 } }
  const secrets = createSecretBox(new Uint8Array(32))
  services = { db, now: () => new Date(clock), newId: randomUUID, secrets, addresses, registry: {} }
  installation = await setupInstallation(services, {
    organization: { slug: 'acme', name: 'Acme' },
    admin: { email: 'ada@example.org', password: 'correct horse', name: 'Ada' },
  })
})
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})

const system = <T>(work: Parameters<typeof db.transaction<T>>[1]) => db.transaction('system', work)

async function addDevice(): Promise<{ id: string; hash: string }> {
  const { organizationId, groupId } = installation
  const id = randomUUID()
  const keys = await loadPublicSigningKeys(services)
  const encoded = encodeDesired(buildDesired({ content: idleContent(id), gen: 1, issuedAt: services.now(), keys }))
  await system(async (tx) => {
    await tx.device.create({
      data: {
        id,
        organizationId,
        groupId,
        hardwareId: id,
        name: id,
        labels: {},
        architecture: 'amd64',
        incarnation: 1,
        ops: {},
      },
    })
    const notAfter = new Date(clock + 86_400_000)
    const certificate = { csrSha256: id, publicKeySha256: id, certificatePem: '', incarnation: 1, notAfter }
    await tx.deviceCertificate.create({
      data: { fingerprint: `f-${id}`, organizationId, deviceId: id, ...certificate },
    })
    await tx.deviceDesired.create({
      data: { deviceId: id, organizationId, gen: 1n, updatedAt: services.now(), ...encoded },
    })
  })
  return { id, hash: encoded.hash }
}

const bodies = {
  'up/state': (booted: string, quarantined: string[] = []) => ({
    observedGen: 1,
    phase: 'idle',
    bootKey: 'b:0',
    booted: { digest: digest(booted) },
    staged: null,
    rollback: null,
    health: { status: 'healthy', bootKey: 'b:0', failed: [] },
    attempt: null,
    grant: null,
    quarantined,
    errors: [],
    opsDone: {},
  }),
  'up/hello': (conn: string, lastGen: number, lastHash?: string) => ({
    conn,
    lastGen,
    lastHash,
    full: false,
    agent: '1',
    caps: ['download_only'],
    bootKey: 'b:0',
    booted: {},
  }),
}

function message(
  deviceId: string,
  kind: UpKind,
  { seq, body, inc = 1, epoch = 1 }: { seq: number; body: object; inc?: number; epoch?: number },
): InboundMessage {
  const up = checkUp(
    kind,
    JSON.parse(JSON.stringify({ v: 1, id: `${epoch}-${seq}`, inc, epoch, seq, ts: 't', up: 1, body })),
  )
  if (isReject(up)) throw new Error(up.detail)
  return { deviceId, fingerprint: `f-${deviceId}`, ...gateway, up }
}

const outcomes = async (...messages: InboundMessage[]) =>
  (await ingestBatch(services, messages)).results.map((result) => ('code' in result ? result.code : result.outcome))

test('the newest report wins, and repeating it changes nothing', async () => {
  const { id } = await addDevice()
  const [one, two] = [1, 2].map((seq) =>
    message(id, 'up/state', { seq, body: bodies['up/state'](seq === 1 ? 'a' : 'b') }),
  )
  expect(await outcomes(two!)).toEqual(['stored'])
  expect(await outcomes(one!, two!)).toEqual(['duplicate', 'duplicate'])
  const row = await system((tx) => tx.deviceState.findUniqueOrThrow({ where: { deviceId: id } }))
  expect(row).toMatchObject({ seq: 2n, bootedDigest: digest('b') })
})

test('duplicates and reordering end in the same rows as the ordered run', async () => {
  const script = (id: string): InboundMessage[] => [
    message(id, 'up/hello', { seq: 2, body: bodies['up/hello']('00000000-0000-4000-8000-000000000001', 0) }),
    message(id, 'up/state', { seq: 3, body: bodies['up/state']('a') }),
    message(id, 'up/boot', {
      seq: 4,
      body: { bootKey: 'x:0', booted: {}, outcome: 'reboot', health: 'healthy', failed: [] },
    }),
    message(id, 'up/inventory', { seq: 5, body: { hash: 'i1', document: { cpu: 1 } } }),
    message(id, 'up/presence', {
      seq: 1,
      body: { conn: '00000000-0000-4000-8000-000000000001', online: false, why: 'lwt' },
    }),
    message(id, 'up/hello', { epoch: 2, seq: 2, body: bodies['up/hello']('00000000-0000-4000-8000-000000000002', 1) }),
    message(id, 'up/state', { epoch: 2, seq: 3, body: bodies['up/state']('b', [digest('a')]) }),
    message(id, 'up/inventory', { epoch: 2, seq: 4, body: { hash: 'i2', document: { cpu: 2 } } }),
    message(id, 'up/boot', {
      epoch: 2,
      seq: 5,
      body: { bootKey: 'y:0', booted: {}, outcome: 'reboot', health: 'healthy', failed: [], lostBefore: 2 },
    }),
  ]
  const rowsOf = async (id: string) => {
    const parts = await system(async (tx) => [
      await tx.deviceState.findMany({ where: { deviceId: id } }),
      await tx.deviceDocument.findMany({ where: { deviceId: id }, orderBy: { kind: 'asc' } }),
      await tx.bootRecord.findMany({ where: { deviceId: id }, orderBy: { bootKey: 'asc' } }),
      await tx.devicePresence.findMany({ where: { deviceId: id } }),
      await tx.deviceQuarantine.findMany({ where: { deviceId: id } }),
    ])
    return JSON.stringify(parts, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)).replaceAll(
      id,
      'device',
    )
  }
  const ordered = await addDevice()
  await ingestBatch(services, script(ordered.id))
  const expected = await rowsOf(ordered.id)
  const disorder = fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 1 }), {
    minLength: 1,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(disorder, async (batches) => {
      const { id } = await addDevice()
      const messages = script(id)
      const seen = new Set(batches.flat())
      const rest = messages.flatMap((one, index) => (seen.has(index) ? [] : [one])).toReversed()
      for (const batch of batches)
        await ingestBatch(
          services,
          batch.map((index) => messages[index]!),
        )
      if (rest.length > 0) await ingestBatch(services, rest)
      expect(await rowsOf(id)).toBe(expected)
    }),
    { numRuns: 40 },
  )
})

test('a message of another incarnation, a dead certificate or an unknown device is refused and the rest is stored', async () => {
  const { id } = await addDevice()
  const state = { seq: 1, body: bodies['up/state']('a') }
  const good = message(id, 'up/state', state)
  const foreign = { ...good, fingerprint: 'f-other' }
  const stranger = { ...good, deviceId: 'no-uuid' }
  expect(await outcomes(message(id, 'up/state', { ...state, inc: 2 }), foreign, stranger, good)).toEqual([
    'wrong_incarnation',
    'revoked',
    'unknown_device',
    'stored',
  ])
})

test('a hello makes a device online and sends what it does not have; accepting ends that', async () => {
  const { id, hash } = await addDevice()
  const conn = randomUUID()
  await outcomes(message(id, 'up/hello', { seq: 1, body: bodies['up/hello'](conn, 0) }))
  const take = async () => {
    const taken = await takeDesiredToSend(services, { gatewayIds: ['g1'], limit: 1000 })
    return taken.filter(({ deviceId }) => deviceId === id)
  }
  expect(await take()).toMatchObject([{ gen: 1, hash }])
  expect(await take()).toEqual([])
  clock += 31_000
  expect(await take()).toMatchObject([{ deviceId: id }])
  await outcomes(message(id, 'up/ack', { seq: 2, body: { gen: 1, hash, phase: 'accepted' } }))
  const row = await system((tx) => tx.deviceDesired.findUniqueOrThrow({ where: { deviceId: id } }))
  expect(row).toMatchObject({ acceptedGen: 1n, sendAt: null })
})

test('a hello from ahead makes the server go on behind it and hold the device', async () => {
  const { id } = await addDevice()
  await outcomes(message(id, 'up/hello', { seq: 1, body: bodies['up/hello'](randomUUID(), 41, 'sha256:x') }))
  const row = await system((tx) => tx.deviceDesired.findUniqueOrThrow({ where: { deviceId: id } }))
  expect(row).toMatchObject({ gen: 42n, heldSince: services.now(), sendAt: services.now() })
  const events = await system((tx) => tx.deviceEvent.findMany({ where: { deviceId: id } }))
  expect(events.map(({ kind }) => kind)).toEqual(['server_behind'])
})

test('a will of an earlier connection does not end the present one, silence does', async () => {
  const { id } = await addDevice()
  const [old, present] = [randomUUID(), randomUUID()]
  const online = async () =>
    (await system((tx) => tx.devicePresence.findUniqueOrThrow({ where: { deviceId: id } }))).online
  await outcomes(message(id, 'up/hello', { seq: 2, body: bodies['up/hello'](old, 1) }))
  await outcomes(message(id, 'up/hello', { seq: 4, body: bodies['up/hello'](present, 1) }))
  await outcomes(message(id, 'up/presence', { seq: 1, body: { conn: old, online: false, why: 'lwt' } }))
  expect(await online()).toBe(true)
  clock += 151_000
  expect(await expirePresence(services)).toBeGreaterThan(0)
  expect(await online()).toBe(false)
  await outcomes(message(id, 'tm/hb', { seq: 9, body: { conn: present, gen: 1, lastSeq: 4, boots: 0 } }))
  expect(await online()).toBe(true)
})

test('a gap that a heartbeat shows makes the device say everything again', async () => {
  const { id } = await addDevice()
  const conn = randomUUID()
  await outcomes(message(id, 'up/hello', { seq: 1, body: bodies['up/hello'](conn, 1) }))
  const beat = (lastSeq: number, boots = 0) => message(id, 'tm/hb', { seq: 9, body: { conn, gen: 1, lastSeq, boots } })
  expect((await ingestBatch(services, [beat(1)])).controls).toEqual([])
  expect((await ingestBatch(services, [beat(2)])).controls).toEqual([{ deviceId: id, control: { kind: 'resync' } }])
  expect((await ingestBatch(services, [beat(1, 1)])).controls).toHaveLength(1)
})

test('a lifted quarantine comes back only with a new report', async () => {
  const { id } = await addDevice()
  const report = (seq: number, quarantined: string[]) =>
    message(id, 'up/state', { seq, body: bodies['up/state']('a', quarantined) })
  const lifted = async () =>
    (await system((tx) => tx.deviceQuarantine.findMany({ where: { deviceId: id } }))).map(
      (row) => row.liftedAt !== null,
    )
  await outcomes(report(1, [digest('c')]))
  await system((tx) => tx.deviceQuarantine.updateMany({ where: { deviceId: id }, data: { liftedAt: services.now() } }))
  await outcomes(report(2, [digest('c')]))
  expect(await lifted()).toEqual([true])
  await outcomes(report(3, []))
  await outcomes(report(4, [digest('c')]))
  expect(await lifted()).toEqual([false])
})

test('reports make targets due and returned grants lose their connection', async () => {
  const { id, hash } = await addDevice()
  const { organizationId, groupId } = installation
  const [rolloutId, grantId] = [randomUUID(), randomUUID()]
  await query(
    server.adminUrl,
    `
    WITH c AS (INSERT INTO channel (id, organization_id, name, repository) VALUES (gen_random_uuid(), '${organizationId}', 'c', 'r') RETURNING id),
    r AS (INSERT INTO release (id, organization_id, channel_id, repository, annotations, created_by) SELECT gen_random_uuid(), '${organizationId}', id, 'r', '{}', 'x' FROM c RETURNING id, channel_id),
    o AS (INSERT INTO rollout (id, organization_id, channel_id, release_id, state, because, policy, created_by) SELECT '${rolloutId}', '${organizationId}', channel_id, id, 'running', '{}', '{}', 'x' FROM r RETURNING id)
    INSERT INTO rollout_target (rollout_id, device_id, organization_id, group_id, position, wave, state, because, digest, state_since, grant_id, grant_conn)
    SELECT id, '${id}', '${organizationId}', '${groupId}', 0, 0, 'granted', '{}', 'd', now(), '${grantId}', gen_random_uuid() FROM o`,
  )
  await outcomes(
    message(id, 'up/ack', { seq: 1, body: { gen: 1, hash, phase: 'grant_returned', grant: grantId, code: 'expired' } }),
  )
  const target = await system((tx) => tx.rolloutTarget.findFirstOrThrow({ where: { rolloutId } }))
  expect(target).toMatchObject({
    grantConn: null,
    dueAt: services.now(),
    because: { code: 'grant_returned', reason: 'expired' },
  })
  const due = await system((tx) => tx.outbox.findMany({ where: { kind: 'rollout.due' } }))
  expect(due.map(({ payload }) => payload)).toEqual([{ rolloutId }])
})
