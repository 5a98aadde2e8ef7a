import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { connect, type Database } from '@bootfleet/db'
import { createSigningKey } from '@bootfleet/pki'
import { createTestDatabase, type TestDatabase } from '@bootfleet/testkit'
import { buildDesired, encodeDesired, idleContent, parseDesired } from './build-desired.ts'
import { refreshDesired } from './refresh-desired.ts'
import type { DesiredWriteContext } from './rewrite-desired.ts'
import { writeDesired, type DesiredChange } from './write-desired.ts'

const organizationId = randomUUID()
const groupId = randomUUID()
const now = new Date('2026-01-02T03:04:05.000Z')
const digest = `sha256:${'a'.repeat(64)}`
let server: TestDatabase
let db: Database
let ctx: DesiredWriteContext

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  ctx = { organizationId, now, keys: [(await createSigningKey({ now })).publicJwk] }
  await db.transaction('system', async (tx) => {
    await tx.organization.create({ data: { id: organizationId, slug: 'acme', name: 'Acme' } })
    await tx.deviceGroup.create({
      data: { id: groupId, organizationId, name: 'default', budget: {}, windows: [], blackouts: [] },
    })
  })
})
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})

async function addDevice(heldSince: Date | null = null): Promise<string> {
  const id = randomUUID()
  const document = buildDesired({ content: idleContent(id), gen: 1, issuedAt: now, keys: ctx.keys })
  await db.transaction('system', async (tx) => {
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
    await tx.deviceDesired.create({
      data: { deviceId: id, organizationId, gen: 1n, updatedAt: now, heldSince, ...encodeDesired(document) },
    })
  })
  return id
}

const inTenant = <T>(work: Parameters<typeof db.transaction<T>>[1]) => db.transaction({ organizationId }, work)
const change = (deviceId: string): DesiredChange => ({
  deviceId,
  image: { ref: `registry.example/os@${digest}`, accept: [digest] },
  phase: 'staged',
  jitterSec: 0,
  healthTimeoutSec: 600,
  onUnhealthy: 'rollback',
})
const stored = (deviceId: string) => inTenant((tx) => tx.deviceDesired.findUniqueOrThrow({ where: { deviceId } }))

test('a change is written under the next number and is due to be sent', async () => {
  const [one, two] = [await addDevice(), await addDevice()]
  const rolloutId = randomUUID()
  const result = await inTenant((tx) => writeDesired(tx, ctx, [{ ...change(one), rolloutId }, change(two)]))
  expect(new Set(result.written)).toEqual(new Set([one, two]))
  const row = await stored(one)
  expect(row).toMatchObject({ gen: 2n, rolloutId, sendAt: now, sendAttempts: 0 })
  expect(parseDesired(row.payload)).toMatchObject({
    gen: 2,
    device: one,
    apply: { phase: 'staged' },
    rollout: rolloutId,
  })
  expect((await stored(two)).rolloutId).toBeNull()
})

test('asking for the same again changes nothing', async () => {
  const id = await addDevice()
  await inTenant((tx) => writeDesired(tx, ctx, [change(id)]))
  const later = { ...ctx, now: new Date(now.getTime() + 60_000) }
  expect(await inTenant((tx) => writeDesired(tx, later, [change(id)]))).toEqual({ written: [], held: [] })
  expect((await stored(id)).gen).toBe(2n)
})

test('a grant ends with its window, and a document that is written anew after that has none', async () => {
  const id = await addDevice()
  const grant = { id: randomUUID(), conn: randomUUID(), ttlSec: 600 }
  const windowUntil = new Date(now.getTime() + 90_500)
  await inTenant((tx) => writeDesired(tx, ctx, [{ ...change(id), phase: 'applied', grant, windowUntil }]))
  expect(parseDesired((await stored(id)).payload).apply.grant).toEqual({ ...grant, ttlSec: 90 })
  await inTenant((tx) => tx.device.update({ where: { id }, data: { ops: { reboot: 1 } } }))
  await inTenant((tx) => refreshDesired(tx, { ...ctx, now: windowUntil }, [id]))
  const { apply, ops } = parseDesired((await stored(id)).payload)
  expect({ phase: apply.phase, grant: apply.grant, ops }).toEqual({ phase: 'applied', ops: { reboot: 1 } })
})

test('a device that is held keeps its image', async () => {
  const id = await addDevice(now)
  expect(await inTenant((tx) => writeDesired(tx, ctx, [change(id)]))).toEqual({ written: [], held: [id] })
  expect((await stored(id)).gen).toBe(1n)
})

test('a refresh takes over new operation counters and keeps the rest', async () => {
  const id = await addDevice()
  await inTenant((tx) => writeDesired(tx, ctx, [change(id)]))
  await inTenant((tx) => tx.device.update({ where: { id }, data: { ops: { reboot: 3, odd: 'x' } } }))
  expect(await inTenant((tx) => refreshDesired(tx, ctx, [id]))).toEqual([id])
  const document = parseDesired((await stored(id)).payload)
  expect(document).toMatchObject({ gen: 3, ops: { reboot: 3 }, image: { accept: [digest] } })
})
