import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { connect, type Database } from '@bootfleet/db'
import { createTestDatabase, query, testServices, type TestDatabase } from '@bootfleet/testkit'
import { pruneHistory } from './prune-history.ts'
import { retentionRules } from './retention.ts'

let server: TestDatabase
let db: Database
const organizationId = randomUUID()
const channelId = randomUUID()
const releaseId = randomUUID()
const start = new Date('2026-01-01T00:00:00Z')
const services = (now: Date) => testServices(db, () => now)
const hoursLater = (hours: number) => new Date(start.getTime() + hours * 3_600_000)

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  await db.transaction('system', async (tx) => {
    await tx.organization.create({ data: { id: organizationId, slug: 'o', name: 'O' } })
    await tx.channel.create({ data: { id: channelId, organizationId, name: 'edge', repository: 'r/os' } })
    const release = { id: releaseId, organizationId, channelId, repository: 'r/os', annotations: {}, createdBy: 'u' }
    await tx.release.create({ data: release })
  })
})
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})

/** One row per growing table that is over at `start`, and one that is not over. */
function insertHistory(): Promise<void> {
  const base = { organizationId, kind: 'x', because: {} }
  const [ended, running, user, deviceId, token] = Array.from({ length: 5 }, () => randomUUID())
  return db.transaction('system', async (tx) => {
    await tx.outbox.createMany({
      data: [{ publishedSeq: 1n, publishedAt: start }, {}].map((row) => ({
        ...row,
        organizationId,
        kind: 'x',
        payload: {},
      })),
    })
    await tx.idempotencyKey.create({
      data: { organizationId, actorId: 'u', key: 'k', requestSha256: '', createdAt: start },
    })
    await tx.userAccount.create({
      data: { id: user!, organizationId, email: 'a@b', name: 'A', passwordHash: '', role: 'viewer' },
    })
    await tx.session.create({
      data: { id: randomUUID(), organizationId, userId: user!, tokenSha256: 's', expiresAt: start },
    })
    await tx.ingestReject.create({ data: { at: start, topic: 't', code: 'c', detail: '', sample: '' } })
    await tx.deviceEvent.create({ data: { ...base, deviceId: deviceId!, at: start } })
    const log = { id: randomUUID(), organizationId, deviceId: deviceId!, op: 1, parts: {}, receivedAt: start }
    await tx.deviceLog.create({ data: log })
    const signal = { id: randomUUID(), organizationId, name: 's', scope: 'all', createdBy: 'u' }
    await tx.healthSignal.create({ data: { ...signal, since: start, expiresAt: start } })
    await tx.enrollmentToken.create({
      data: {
        id: token!,
        organizationId,
        name: 't',
        display: 't',
        tokenSha256: 't',
        groupId: randomUUID(),
        labels: {},
        maxUses: 2,
        requiresApproval: true,
        createdBy: 'u',
        expiresAt: start,
      },
    })
    const request = { organizationId, tokenId: token!, hardwareId: 'h', csr: '', request: {}, createdAt: start }
    await tx.enrollment.create({
      data: { ...request, id: randomUUID(), state: 'approved', csrSha256: '1', decidedAt: start },
    })
    await tx.enrollment.create({ data: { ...request, id: randomUUID(), state: 'pending', csrSha256: '2' } })
    const boot = { organizationId, deviceId: deviceId!, inc: 1, outcome: 'ok', health: 'ok', detail: {} }
    await tx.bootRecord.create({ data: { ...boot, bootKey: 'b', receivedAt: start } })
    const audit = { organizationId, actorKind: 'user', actorId: 'u', actorName: 'U', subjectKind: 's', subjectId: 's' }
    await tx.auditEntry.create({ data: { ...audit, action: 'x', detail: {}, at: start } })
    for (const [id, endedAt] of [
      [ended!, start],
      [running!, null],
    ] as const) {
      const rollout = {
        id,
        organizationId,
        channelId,
        releaseId,
        state: 'completed',
        because: {},
        policy: {},
        createdBy: 'u',
      }
      await tx.rollout.create({ data: { ...rollout, endedAt } })
      await tx.rolloutEvent.create({ data: { ...base, rolloutId: id, at: start } })
      await tx.rolloutWave.create({
        data: { organizationId, rolloutId: id, index: 0, name: 'w', size: 3, rule: 0, state: 'passed' },
      })
      await tx.rolloutTarget.createMany({
        data: [1, 2, 3].map((position) => ({
          organizationId,
          rolloutId: id,
          deviceId: randomUUID(),
          groupId: randomUUID(),
          position,
          state: 'succeeded',
          because: {},
          digest: 'd',
          stateSince: start,
        })),
      })
    }
  })
}

test('each row goes when its time is over and not before', async () => {
  await insertHistory()
  const rules = [...new Set(retentionRules.map(({ keepHours }) => keepHours))].toSorted((a, b) => a - b)
  for (const keepHours of rules) {
    const atTheEdge = await pruneHistory(services(hoursLater(keepHours)))
    expect(atTheEdge.deleted).toEqual({})
    const { deleted, more } = await pruneHistory(services(new Date(hoursLater(keepHours).getTime() + 1)))
    const expected = retentionRules.filter((rule) => rule.keepHours === keepHours).map(({ table }) => table)
    expect(Object.keys(deleted).toSorted()).toEqual(expected.toSorted())
    expect(more).toBe(false)
  }
})

test('what has not ended stays for ever', async () => {
  await pruneHistory(services(hoursLater(100_000)))
  const left = async (table: string) => (await query(server.adminUrl, `SELECT FROM ${table}`)).length
  expect(await left('rollout')).toBe(1)
  expect(await left('rollout_target')).toBe(3)
  expect(await left('enrollment')).toBe(1)
  expect(await left('outbox')).toBe(1)
})

test('a run does a bounded number of small statements and says that there is more', async () => {
  const data = Array.from({ length: 10 }, () => ({ at: start, topic: 't', code: 'c', detail: '', sample: '' }))
  await db.transaction('system', (tx) => tx.ingestReject.createMany({ data }))
  const run = () => pruneHistory(services(hoursLater(1000)), { chunk: 3, chunksPerTable: 2 })
  expect(await run()).toEqual({ deleted: { ingest_reject: 6 }, more: true })
  expect(await run()).toEqual({ deleted: { ingest_reject: 4 }, more: false })
})

test('it stops between two statements when told to', async () => {
  expect(await pruneHistory(services(hoursLater(1000)), { signal: AbortSignal.abort() })).toMatchObject({ deleted: {} })
})
