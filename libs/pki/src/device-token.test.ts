import { createPrivateKey } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from './authority.ts'
import { createDeviceKey, createSigningRequest } from './create-signing-request.ts'
import { issueDeviceCertificate } from './issue-device-certificate.ts'
import type { DeviceCertificate } from './issue-device-certificate.ts'
import { claimedFingerprint, readDeviceToken } from './read-device-token.ts'
import { deviceTokenType, signDeviceToken } from './sign-device-token.ts'

const now = new Date('2026-03-01T12:00:00Z')
const audience = 'https://fleet.example'
const privateKeyPem = createDeviceKey()

let certificate: DeviceCertificate
beforeAll(async () => {
  const authority = await createAuthority({ commonName: 'CA', now })
  certificate = await issueDeviceCertificate(authority, {
    csrPem: await createSigningRequest(privateKeyPem),
    deviceId: 'd-1',
    organizationId: 'o',
    incarnation: 1,
    now,
  })
})

function sign(changes: Partial<Parameters<typeof signDeviceToken>[1]> = {}, key = privateKeyPem): Promise<string> {
  const fingerprint = certificate.fingerprintSha256
  return signDeviceToken(key, { deviceId: 'd-1', fingerprint, audience, now, ttlSec: 300, ...changes })
}

function read(token: string, changes: Partial<Parameters<typeof readDeviceToken>[1]> = {}) {
  return readDeviceToken(token, { certificatePem: certificate.certificatePem, audience, now, ...changes })
}

function after(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000)
}

describe('readDeviceToken', () => {
  it('names the device whose key signed', async () => {
    const token = await sign()
    expect(claimedFingerprint(token)).toBe(certificate.fingerprintSha256)
    expect(await read(token)).toMatchObject({
      deviceId: 'd-1',
      fingerprint: certificate.fingerprintSha256,
      issuedAt: now,
      expiresAt: after(300),
    })
  })

  it('refuses a token of another key', async () => {
    await expect(read(await sign({}, createDeviceKey()))).rejects.toMatchObject({ code: 'bad_signature' })
  })

  it('refuses a token that names another device or another certificate', async () => {
    await expect(read(await sign({ deviceId: 'd-2' }))).rejects.toMatchObject({ code: 'wrong_device' })
    const fingerprint = '0'.repeat(64)
    await expect(read(await sign({ fingerprint }))).rejects.toMatchObject({ code: 'wrong_device' })
  })

  it('refuses a token for another server', async () => {
    const token = await sign({ audience: 'https://elsewhere.example' })
    await expect(read(token)).rejects.toMatchObject({ code: 'wrong_audience' })
  })

  it('forgives five minutes of clock drift and no more', async () => {
    const token = await sign({ ttlSec: 60 })
    await expect(read(token, { now: after(350) })).resolves.toMatchObject({ deviceId: 'd-1' })
    await expect(read(token, { now: after(361) })).rejects.toMatchObject({ code: 'token_expired' })
    await expect(read(token, { now: after(-290) })).resolves.toMatchObject({ deviceId: 'd-1' })
    await expect(read(token, { now: after(-310) })).rejects.toMatchObject({ code: 'token_expired' })
  })

  it('gives no token more than fifteen minutes, whatever it says of itself', async () => {
    expect((await read(await sign({ ttlSec: 86_400 }))).expiresAt).toEqual(after(900))
    const long = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', typ: deviceTokenType, kid: certificate.fingerprintSha256 })
      .setSubject('d-1')
      .setAudience(audience)
      .setJti('1')
      .setIssuedAt(now)
      .setExpirationTime(after(86_400))
      .sign(createPrivateKey(privateKeyPem))
    await expect(read(long, { now: after(1000) })).resolves.toMatchObject({ deviceId: 'd-1' })
    await expect(read(long, { now: after(1300) })).rejects.toMatchObject({ code: 'token_expired' })
  })

  it('refuses an expired certificate, unless the caller lets it come back', async () => {
    const later = after(91 * 24 * 3600)
    const token = await sign({ now: later })
    await expect(read(token, { now: later })).rejects.toMatchObject({ code: 'certificate_expired' })
    await expect(read(token, { now: later, allowExpiredCertificate: true })).resolves.toMatchObject({ deviceId: 'd-1' })
  })

  it('refuses what is not a device token', async () => {
    const ordinary = await new SignJWT({ sub: 'd-1' })
      .setProtectedHeader({ alg: 'ES256', kid: certificate.fingerprintSha256 })
      .sign(createPrivateKey(privateKeyPem))
    const unsecured = new UnsecuredJWT({ sub: 'd-1' }).encode()
    const bare = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', typ: deviceTokenType, kid: certificate.fingerprintSha256 })
      .sign(createPrivateKey(privateKeyPem))
    for (const token of ['', 'a.b.c', ordinary, unsecured, bare, `${await sign()}${'A'.repeat(5000)}`]) {
      await expect(read(token)).rejects.toMatchObject({ code: 'malformed' })
    }
  })
})
