import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { connect, type Database } from '@bootfleet/db'
import { createSecretBox, verifyPassword } from '@bootfleet/pki'
import { createTestDatabase, type TestDatabase } from '@bootfleet/testkit'
import type { Services } from '../services.ts'
import { loadAuthority, loadPublicSigningKeys, loadSigningKeys } from './installation-keys.ts'
import { setupInstallation } from './setup-installation.ts'

let server: TestDatabase
let db: Database
let services: Services
const input = {
  organization: { slug: 'acme', name: 'Acme' },
  admin: { email: 'Ada@example.org', password: 'correct horse', name: 'Ada' },
}

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  const addresses = { web: 'http://127.0.0.1:1', device: 'https://127.0.0.1:2', mqtt: { host: '127.0.0.1', port: 3 } }
  services = {
    db,
    now: () => new Date(),
    newId: randomUUID,
    secrets: createSecretBox(new Uint8Array(32)),
    addresses,
    registry: {},
  }
})
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})

test('nothing can be signed before the installation is set up', async () => {
  await expect(loadAuthority(services)).rejects.toMatchObject({ code: 'unavailable', reason: 'not_set_up' })
})

test('setting up twice at once creates everything once', async () => {
  const [one, two] = await Promise.all([setupInstallation(services, input), setupInstallation(services, input)])
  expect([...one.created, ...two.created].toSorted()).toEqual([
    'admin',
    'authority',
    'group',
    'organization',
    'policy',
    'signing_key',
  ])
  expect({ ...one, created: [] }).toEqual({ ...two, created: [] })
  const user = await db.transaction('system', (tx) =>
    tx.userAccount.findUniqueOrThrow({ where: { email: 'ada@example.org' } }),
  )
  expect(await verifyPassword('correct horse', user.passwordHash)).toBe(true)
})

test('private keys lie sealed and open with the master key', async () => {
  await setupInstallation(services, input)
  expect((await loadAuthority(services)).privateKeyPem).toContain('PRIVATE KEY')
  const { current, all } = await loadSigningKeys(services)
  expect(all.map(({ kid }) => kid)).toEqual([current.kid])
  expect(await loadPublicSigningKeys(services)).toEqual(all)
  const rows = await db.transaction('system', (tx) => tx.installationKey.findMany())
  expect(rows.map(({ sealedPrivate }) => sealedPrivate.startsWith('v1:'))).toEqual([true, true])
})
