import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { createTestDatabase, query, type TestDatabase } from '../../testkit/src/index.ts'
import { checkLogin, connect, databaseErrorCode, type Database } from './index.ts'

let server: TestDatabase
let db: Database
const one = randomUUID()
const two = randomUUID()

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  await db.transaction('system', async (tx) => {
    await tx.organization.createMany({
      data: [
        { id: one, slug: 'one', name: 'One' },
        { id: two, slug: 'two', name: 'Two' },
      ],
    })
    await tx.deviceGroup.create({
      data: { id: randomUUID(), organizationId: two, name: 'default', budget: {}, windows: [], blackouts: [] },
    })
  })
})
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})

test('a transaction sees the rows of its organization alone', async () => {
  expect(await db.transaction({ organizationId: one }, (tx) => tx.deviceGroup.count())).toBe(0)
  expect(await db.transaction({ organizationId: two }, (tx) => tx.deviceGroup.count())).toBe(1)
  expect(
    await db.transaction({ organizationId: one }, (tx) => tx.organization.findMany({ select: { slug: true } })),
  ).toEqual([{ slug: 'one' }])
})

test('a row for another organization cannot be written', async () => {
  const foreign = { id: randomUUID(), organizationId: two, name: 'x', budget: {}, windows: [], blackouts: [] }
  const attempt = db.transaction({ organizationId: one }, (tx) => tx.deviceGroup.create({ data: foreign }))
  await expect(attempt.catch(databaseErrorCode)).resolves.toBe('42501')
})

test('without a role a connection may read nothing', async () => {
  await expect(query(server.url, 'SELECT * FROM device')).rejects.toThrow(/permission denied/)
})

test('installation keys are out of reach for a tenant', async () => {
  const attempt = db.transaction({ organizationId: one }, (tx) => tx.installationKey.findMany())
  await expect(attempt.catch(databaseErrorCode)).resolves.toBe('42501')
})

test('a login that can bypass row security is refused at start', async () => {
  await expect(checkLogin(server.adminUrl)).rejects.toThrow(/can bypass row-level security/)
  await expect(checkLogin(server.url)).resolves.toBeUndefined()
})

test('audit rows can be neither changed nor deleted by a tenant', async () => {
  const entry = {
    organizationId: one,
    actorKind: 'user',
    actorId: 'u',
    actorName: 'U',
    action: 'x',
    subjectKind: 'device',
    subjectId: 'd',
    detail: {},
  }
  await db.transaction({ organizationId: one }, (tx) => tx.auditEntry.create({ data: entry }))
  const change = db.transaction({ organizationId: one }, (tx) => tx.auditEntry.updateMany({ data: { action: 'y' } }))
  await expect(change.catch(databaseErrorCode)).resolves.toBe('42501')
})

test('every table with an organization has forced row security', async () => {
  const rows = await query(
    server.adminUrl,
    `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
     AND relname <> '_prisma_migrations' AND NOT (relrowsecurity AND relforcerowsecurity)`,
  )
  expect(rows).toEqual([])
})

test('a statement that takes too long is given up by the server', async () => {
  await using impatient = connect(server.url, { poolSize: 1, timeoutMs: 200 })
  const attempt = impatient.transaction('system', (tx) => tx.$queryRaw`SELECT pg_sleep(60)::text`)
  await expect(attempt.catch(databaseErrorCode)).resolves.toBe('57014')
  const left = () =>
    query(
      server.adminUrl,
      `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()
      AND state = 'active'`,
    )
  expect(await left()).toEqual([])
})
