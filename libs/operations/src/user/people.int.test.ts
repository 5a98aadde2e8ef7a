import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { connect, type Database } from '@bootfleet/db'
import { createSecretBox } from '@bootfleet/pki'
import { createTestDatabase, type TestDatabase } from '@bootfleet/testkit'
import { createApiToken } from '../api-token/create-api-token.ts'
import { systemCtx, type Ctx, type Role } from '../context.ts'
import { setupInstallation } from '../installation/setup-installation.ts'
import type { Services } from '../services.ts'
import { authenticate } from '../session/authenticate.ts'
import { createSession } from '../session/create-session.ts'
import { createUser } from './create-user.ts'
import { listPeople } from './list-people.ts'
import { removePerson } from './remove-person.ts'

let server: TestDatabase
let db: Database
let services: Services
let ctx: Ctx
const password = 'correct horse battery'

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  const addresses = { web: 'http://127.0.0.1:1', device: 'https://127.0.0.1:2', mqtt: { host: '127.0.0.1', port: 3 } }
  const secrets = createSecretBox(new Uint8Array(32))
  services = { db, now: () => new Date(), newId: randomUUID, secrets, addresses, registry: {} }
  const { organizationId } = await setupInstallation(services, {
    organization: { slug: 'acme', name: 'Acme' },
    admin: { email: 'ada@example.org', password, name: 'Ada' },
  })
  ctx = systemCtx(services, organizationId)
})
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})

const add = (email: string, role: Role) => createUser(ctx, { email, name: email, password, role })
const emails = async () => (await listPeople(ctx)).map(({ email }) => email)

test('who is removed is out at once, with sessions and tokens, and cannot sign in', async () => {
  const { id } = await add('bo@example.org', 'admin')
  const { token: session } = await createSession(services, { email: 'bo@example.org', password })
  const bo: Ctx = { ...ctx, actor: { kind: 'user', id, name: 'bo', role: 'admin' } }
  const { token } = await createApiToken(bo, { name: 'ci', role: 'viewer' })
  expect(await emails()).toEqual(['ada@example.org', 'bo@example.org'])
  expect(await removePerson(ctx, { email: ' BO@example.org' })).toEqual({ sessions: 1, tokens: 1 })
  for (const credential of [session, token])
    await expect(authenticate(services, credential)).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(createSession(services, { email: 'bo@example.org', password })).rejects.toMatchObject({
    reason: 'wrong_credentials',
  })
  expect(await emails()).toEqual(['ada@example.org'])
  await expect(removePerson(ctx, { email: 'bo@example.org' })).rejects.toMatchObject({ code: 'not_found' })
})

test('who comes back is the same person, with a new role and without what was revoked', async () => {
  const { id } = await add('cy@example.org', 'operator')
  await removePerson(ctx, { email: 'cy@example.org' })
  expect(await add('cy@example.org', 'viewer')).toEqual({ id })
  expect((await createSession(services, { email: 'cy@example.org', password })).me.role).toBe('viewer')
  await expect(add('cy@example.org', 'admin')).rejects.toMatchObject({ reason: 'email_taken' })
  const told = await db.transaction('system', (tx) =>
    tx.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: 'asc' }, select: { action: true } }),
  )
  expect(told.map(({ action }) => action)).toEqual(['user.create', 'user.remove', 'user.restore'])
})

test('the last administrator stays, also when two are removed at once', async () => {
  await expect(removePerson(ctx, { email: 'ada@example.org' })).rejects.toMatchObject({ reason: 'last_admin' })
  await add('di@example.org', 'admin')
  const both = ['ada@example.org', 'di@example.org'].map((email) => removePerson(ctx, { email }))
  const outcomes = await Promise.allSettled(both)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect((await listPeople(ctx)).filter(({ role }) => role === 'admin')).toHaveLength(1)
})
