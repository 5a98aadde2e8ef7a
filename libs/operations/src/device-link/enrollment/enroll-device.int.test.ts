import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import type { EnrollRequest } from '@bootfleet/contracts'
import { connect, type Database } from '@bootfleet/db'
import {
  createDeviceKey,
  createSecretBox,
  createSigningRequest,
  fingerprintOf,
  newToken,
  readCertificate,
} from '@bootfleet/pki'
import { createTestDatabase, type TestDatabase } from '@bootfleet/testkit'
import { setupInstallation, type SetupResult } from '../../installation/setup-installation.ts'
import type { Services } from '../../services.ts'
import { findDeadCertificates, readDeviceIdentity } from '../identity/device-identity.ts'
import { enrollDevice } from './enroll-device.ts'
import { renewCertificate } from './renew-certificate.ts'

let server: TestDatabase
let db: Database
let services: Services
let installation: SetupResult
let clock = Date.parse('2026-01-02T03:04:05.000Z')

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
beforeEach(() => {
  clock = Date.parse('2026-01-02T03:04:05.000Z')
})
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})

const system = <T>(work: Parameters<typeof db.transaction<T>>[1]) => db.transaction('system', work)

async function createToken({ maxUses = 1, requiresApproval = false } = {}): Promise<{ token: string; id: string }> {
  const { token, sha256, display } = newToken('bfe')
  const { organizationId, groupId } = installation
  const [id, expiresAt] = [randomUUID(), new Date(clock + 86_400_000)]
  await system((tx) =>
    tx.enrollmentToken.create({
      data: {
        id,
        organizationId,
        name: id,
        display,
        tokenSha256: sha256,
        groupId,
        labels: { site: 'a' },
        maxUses,
        requiresApproval,
        createdBy: 'ada',
        expiresAt,
      },
    }),
  )
  return { token, id }
}

async function requestFor(
  token: string,
  { hardwareId, key }: { hardwareId?: string; key?: string } = {},
): Promise<EnrollRequest> {
  const csr = await createSigningRequest(key ?? createDeviceKey())
  return {
    token,
    csr,
    hardwareId: hardwareId ?? randomUUID(),
    architecture: 'amd64',
    hostname: 'kiosk',
    agent: '1.0.0',
  }
}

async function enroll(request: EnrollRequest) {
  const answer = await enrollDevice(services, request, '127.0.0.1')
  if (answer.state !== 'issued') throw new Error('not issued')
  return answer
}

const connection = {
  conn: randomUUID(),
  transport: 'mqtt',
  gatewayId: 'g',
  connectedAt: new Date(0),
  lastSeenAt: new Date(0),
  heartbeatSec: 60,
  agent: '1.0.0',
}

const usesOf = async (id: string) =>
  (await system((tx) => tx.enrollmentToken.findUniqueOrThrow({ where: { id } }))).uses

test('a machine becomes a device with the token’s labels and a first document that wants nothing', async () => {
  const { token } = await createToken()
  const answer = await enroll(await requestFor(token))
  expect(answer).toMatchObject({ inc: 1, https: 'https://127.0.0.1:2', mqtt: { port: 3 } })
  expect(readCertificate(answer.certificate).commonName).toBe(answer.device)
  const device = await system((tx) =>
    tx.device.findUniqueOrThrow({ where: { id: answer.device }, include: { desired: true } }),
  )
  expect(device).toMatchObject({ name: 'kiosk', labels: { site: 'a' }, desired: { gen: 1n, sendAt: null } })
  expect(await readDeviceIdentity(services, fingerprintOf(answer.certificate))).toMatchObject({
    deviceId: answer.device,
    incarnation: 1,
  })
})

test('the same signing request again gets the same certificate and takes one use', async () => {
  const { token, id } = await createToken()
  const request = await requestFor(token)
  const answers = await Promise.all([enroll(request), enroll(request), enroll(request)])
  expect(new Set(answers.map(({ certificate }) => certificate)).size).toBe(1)
  expect(await usesOf(id)).toBe(1)
})

test('a token is refused when it is unknown, used up, expired or revoked, each with its reason', async () => {
  const { token, id } = await createToken()
  await enroll(await requestFor(token))
  await expect(enroll(await requestFor(token))).rejects.toMatchObject({
    code: 'unauthenticated',
    reason: 'enrollment_token_used_up',
  })
  await expect(enroll(await requestFor(newToken('bfe').token))).rejects.toMatchObject({
    reason: 'enrollment_token_invalid',
  })
  const other = await createToken()
  clock += 2 * 86_400_000
  await expect(enroll(await requestFor(other.token))).rejects.toMatchObject({ reason: 'enrollment_token_expired' })
  await system((tx) => tx.enrollmentToken.update({ where: { id }, data: { revokedAt: new Date() } }))
  await expect(enroll(await requestFor(token))).rejects.toMatchObject({ reason: 'enrollment_token_revoked' })
})

test('concurrent machines never take more uses than the token has', async () => {
  const { token, id } = await createToken({ maxUses: 3 })
  const requests = await Promise.all(Array.from({ length: 8 }, () => requestFor(token)))
  const outcomes = await Promise.allSettled(requests.map(enroll))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  expect(await usesOf(id)).toBe(3)
})

test('a pending enrollment becomes a device once it is approved, and not when it is rejected', async () => {
  const { token, id } = await createToken({ maxUses: 2, requiresApproval: true })
  const [request, other] = [await requestFor(token), await requestFor(token)]
  expect(await enrollDevice(services, request, '127.0.0.1')).toMatchObject({ state: 'pending' })
  expect(await enrollDevice(services, request, '127.0.0.1')).toMatchObject({ state: 'pending' })
  await enrollDevice(services, other, '127.0.0.1')
  const decide = (hardwareId: string, state: string) =>
    system((tx) => tx.enrollment.updateMany({ where: { hardwareId }, data: { state } }))
  await decide(request.hardwareId, 'approved')
  await decide(other.hardwareId, 'rejected')
  expect(await enroll(request)).toMatchObject({ inc: 1 })
  await expect(enroll(other)).rejects.toMatchObject({ code: 'forbidden', reason: 'enrollment_rejected' })
  expect(await usesOf(id)).toBe(2)
})

test('enrolling known hardware again starts its next incarnation and ends the certificates before', async () => {
  const { token } = await createToken({ maxUses: 5 })
  const first = await enroll(await requestFor(token, { hardwareId: 'board-1' }))
  const second = await enroll(await requestFor(token, { hardwareId: 'board-1' }))
  expect(second).toMatchObject({ device: first.device, inc: 2 })
  const [old, current] = [fingerprintOf(first.certificate), fingerprintOf(second.certificate)]
  expect(await findDeadCertificates(services, [old, current])).toEqual([old])
  const kicks = await system((tx) => tx.outbox.findMany({ where: { kind: 'device.kick' } }))
  expect(kicks.map(({ payload }) => payload)).toContainEqual({ deviceId: first.device, why: 'revoked' })
})

test('a machine that claims a device which is connected, or of another group, waits for an operator, and ends nothing', async () => {
  const { token, id } = await createToken({ maxUses: 9 })
  const held = await enroll(await requestFor(token, { hardwareId: 'board-2' }))
  const setOnline = (online: boolean) =>
    system((tx) =>
      tx.devicePresence.upsert({
        where: { deviceId: held.device },
        create: { ...connection, deviceId: held.device, organizationId: installation.organizationId, online },
        update: { online },
      }),
    )
  const claim = async () => {
    const request = await requestFor(token, { hardwareId: 'board-2' })
    return { request, answer: await enrollDevice(services, request, '127.0.0.1') }
  }
  const claimOf = async ({ request }: Awaited<ReturnType<typeof claim>>) =>
    (await system((tx) => tx.enrollment.findFirstOrThrow({ where: { csr: request.csr } }))).request
  await setOnline(true)
  const connected = await claim()
  expect(connected.answer).toMatchObject({ state: 'pending' })
  expect(await claimOf(connected)).toMatchObject({ claims: { device: { id: held.device }, why: 'connected' } })
  expect(await findDeadCertificates(services, [fingerprintOf(held.certificate)])).toEqual([])
  // What was asked while it was connected is not answered by waiting for it to reboot.
  await setOnline(false)
  expect(await enrollDevice(services, connected.request, '127.0.0.1')).toMatchObject({ state: 'pending' })
  const { organizationId } = installation
  const other = randomUUID()
  const rules = { budget: { maxUnavailable: { count: 1 } }, windows: [], blackouts: [] }
  await system((tx) => tx.deviceGroup.create({ data: { id: other, organizationId, name: 'other', ...rules } }))
  await system((tx) => tx.enrollmentToken.update({ where: { id }, data: { groupId: other } }))
  const foreign = await claim()
  expect(foreign.answer).toMatchObject({ state: 'pending' })
  expect(await claimOf(foreign)).toMatchObject({ claims: { why: 'other_group' } })
  await system((tx) => tx.device.update({ where: { id: held.device }, data: { removedAt: new Date() } }))
  expect((await claim()).answer).toMatchObject({ state: 'issued', device: held.device })
})

test('a key that another device uses is refused', async () => {
  const { token } = await createToken({ maxUses: 5 })
  const key = createDeviceKey()
  await enroll(await requestFor(token, { key }))
  await expect(enroll(await requestFor(token, { key }))).rejects.toMatchObject({
    code: 'conflict',
    reason: 'public_key_in_use',
  })
})

test('a renewal overlaps with the certificate it came with and can be repeated', async () => {
  const { token } = await createToken()
  const { certificate } = await enroll(await requestFor(token))
  const identity = (await readDeviceIdentity(services, fingerprintOf(certificate)))!
  const csr = await createSigningRequest(createDeviceKey())
  const renewed = await renewCertificate(services, identity, csr)
  expect(await renewCertificate(services, identity, csr)).toEqual(renewed)
  const both = [fingerprintOf(certificate), fingerprintOf(renewed.certificate)]
  expect(await findDeadCertificates(services, both)).toEqual([])
  const again = await renewCertificate(services, identity, await createSigningRequest(createDeviceKey()))
  expect(await findDeadCertificates(services, [...both, fingerprintOf(again.certificate)])).toEqual([both[1]])
})

test('an expired certificate is good for its way back and nothing else', async () => {
  const { token } = await createToken()
  const fingerprint = fingerprintOf((await enroll(await requestFor(token))).certificate)
  clock += 100 * 86_400_000
  expect(await readDeviceIdentity(services, fingerprint)).toBeUndefined()
  expect(await readDeviceIdentity(services, fingerprint, { graceDays: 30 })).toBeDefined()
})
