import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from './authority.ts'
import type { Authority } from './authority.ts'
import { createDeviceKey, createSigningRequest } from './create-signing-request.ts'
import { issueDeviceCertificate } from './issue-device-certificate.ts'
import { issueServerCertificate } from './issue-server-certificate.ts'
import { certificateSha256, fingerprintOf, readCertificate } from './read-certificate.ts'

const now = new Date('2026-03-01T12:00:00.750Z')
const dayMs = 24 * 60 * 60 * 1000

let authority: Authority
let csrPem: string
beforeAll(async () => {
  authority = await createAuthority({ commonName: 'Test CA', now })
  csrPem = await createSigningRequest(createDeviceKey(), { commonName: 'someone-else' })
})

function issue(changes: Partial<Parameters<typeof issueDeviceCertificate>[1]> = {}) {
  return issueDeviceCertificate(authority, {
    csrPem,
    deviceId: 'd-1',
    organizationId: 'org1',
    incarnation: 3,
    now,
    ...changes,
  })
}

describe('createAuthority', () => {
  it('makes a self-signed CA that may sign certificates and no further CA', () => {
    const certificate = new X509Certificate(authority.certificatePem)
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.subject).toBe('CN=Test CA')
    expect(certificate.checkIssued(certificate)).toBe(true)
  })

  it('lives for ten years unless told otherwise, and from a day ago', async () => {
    const facts = readCertificate(authority.certificatePem)
    expect(facts.notBefore).toEqual(new Date('2026-02-28T12:00:00Z'))
    expect(facts.notAfter).toEqual(new Date(Date.parse('2026-03-01T12:00:00Z') + 3650 * dayMs))
    const long = await createAuthority({ commonName: 'x', now, validDays: 36_500 })
    expect(readCertificate(long.certificatePem).notAfter.getUTCFullYear()).toBe(2126)
  })

  it.each([0, -1, Number.NaN, 40_000])('refuses a life of %s days', async (validDays) => {
    const attempt = createAuthority({ commonName: 'x', now, validDays })
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_validity' })
  })
})

describe('issueDeviceCertificate', () => {
  it('names the device and its place, and nothing that the request asked for', async () => {
    const issued = await issue()
    const certificate = new X509Certificate(issued.certificatePem)
    expect(certificate.subject).toBe('CN=d-1')
    expect(certificate.subjectAltName).toBe('URI:bootfleet://org1/d-1/3')
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(certificate.ca).toBe(false)
    const ca = new X509Certificate(authority.certificatePem)
    expect(certificate.checkIssued(ca)).toBe(true)
    expect(certificate.verify(ca.publicKey)).toBe(true)
  })

  it('returns the facts that the certificate holds', async () => {
    const { certificatePem, ...facts } = await issue()
    const { commonName, ...read } = readCertificate(certificatePem)
    expect(commonName).toBe('d-1')
    expect(facts).toEqual(read)
    expect(facts.notBefore).toEqual(new Date('2026-02-28T12:00:00Z'))
    expect(facts.notAfter).toEqual(new Date('2026-05-30T12:00:00Z'))
  })

  it('gives each certificate a positive serial number of 16 octets', async () => {
    const serials = await Promise.all(Array.from({ length: 20 }, async () => (await issue()).serialNumber))
    expect(new Set(serials).size).toBe(20)
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/)
  })

  it('never outlives its authority', async () => {
    const short = await createAuthority({ commonName: 'Short', now, validDays: 10 })
    const issued = await issueDeviceCertificate(short, {
      csrPem,
      deviceId: 'd-1',
      organizationId: 'o',
      incarnation: 0,
      now,
    })
    expect(issued.notAfter).toEqual(readCertificate(short.certificatePem).notAfter)
  })

  it('refuses to issue from an expired authority', async () => {
    const later = new Date(now.getTime() + 3651 * dayMs)
    await expect(issue({ now: later })).rejects.toMatchObject({ code: 'authority_expired' })
  })

  it('refuses an authority with the key of another, or one that is no CA', async () => {
    const other = await createAuthority({ commonName: 'Other', now })
    const server = await issueServerCertificate(authority, { names: ['localhost'], now, validDays: 1 })
    for (const wrong of [{ ...authority, privateKeyPem: other.privateKeyPem }, server]) {
      const attempt = issueServerCertificate(wrong, { names: ['a.example'], now, validDays: 1 })
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_authority' })
    }
  })

  it.each([
    { deviceId: 'D-1' },
    { deviceId: 'a/b' },
    { deviceId: 'a'.repeat(64) },
    { deviceId: 'a\n' },
    { organizationId: 'a/b' },
    { organizationId: '' },
    { incarnation: -1 },
    { incarnation: 1.5 },
  ])('refuses %j', async (changes) => {
    await expect(issue(changes)).rejects.toMatchObject({ code: 'invalid_name' })
  })
})

describe('issueServerCertificate', () => {
  it('carries every name as the right kind and presents the CA along with itself', async () => {
    const names = ['Fleet.Example', '*.fleet.example', 'localhost', '127.0.0.1', '::1', '2001:db8::7']
    const server = await issueServerCertificate(authority, { names, now, validDays: 30 })
    const certificate = new X509Certificate(server.certificatePem)
    for (const host of ['fleet.example', 'a.fleet.example', 'localhost']) {
      expect(certificate.checkHost(host)).toBeDefined()
    }
    for (const ip of ['127.0.0.1', '::1', '2001:db8::7']) expect(certificate.checkIP(ip)).toBe(ip)
    expect(certificate.checkHost('other.example')).toBeUndefined()
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(server.chainPem).toBe(server.certificatePem + authority.certificatePem)
  })

  it.each([[[]], [['bad name']], [['a..b']], [['-a.example']], [['https://a.example']], [['a'.repeat(64)]]])(
    'refuses the names %j',
    async (names) => {
      const attempt = issueServerCertificate(authority, { names, now, validDays: 30 })
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_name' })
    },
  )
})

describe('readCertificate', () => {
  it('reads PEM and DER alike', () => {
    const der = new X509Certificate(authority.certificatePem).raw
    expect(readCertificate(der)).toEqual(readCertificate(authority.certificatePem))
    expect(fingerprintOf(der)).toBe(certificateSha256(authority.certificatePem))
    expect(fingerprintOf(der)).toBe(new X509Certificate(der).fingerprint256.replaceAll(':', '').toLowerCase())
  })

  it.each(['', 'hello', 'x'.repeat(100_000)])('refuses what is no certificate', (text) => {
    expect(() => readCertificate(text)).toThrow(expect.objectContaining({ code: 'invalid_certificate' }))
  })
})
