import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import type { ConnectionOptions, Server, TLSSocket, TlsOptions } from 'node:tls'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from './authority.ts'
import type { Authority, CertificateWithKey } from './authority.ts'
import { createDeviceKey, createSigningRequest } from './create-signing-request.ts'
import { issueDeviceCertificate } from './issue-device-certificate.ts'
import { issueServerCertificate } from './issue-server-certificate.ts'
import type { ServerCertificate } from './issue-server-certificate.ts'
import { fetchPinnedAuthority, findPinnedAuthority } from './pinned-authority.ts'
import { certificateSha256, fingerprintOf } from './read-certificate.ts'

const now = new Date()

let authority: Authority
let foreign: Authority
let server: ServerCertificate
beforeAll(async () => {
  authority = await createAuthority({ commonName: 'Fleet CA', now })
  // The same name as ours: only the key tells them apart.
  foreign = await createAuthority({ commonName: 'Fleet CA', now })
  server = await issueServerCertificate(authority, { names: ['localhost', '127.0.0.1'], now, validDays: 30 })
})

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const it of open.splice(0)) it.close()
})

async function listen(options: TlsOptions): Promise<{ listener: Server; port: number }> {
  const listener = createServer(options, (socket) => socket.on('error', () => undefined))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  open.push(listener)
  return { listener, port: (listener.address() as AddressInfo).port }
}

function dial(port: number, options: ConnectionOptions): TLSSocket {
  const socket = connect({ host: '127.0.0.1', port, ...options })
  open.push({ close: () => socket.destroy() })
  // A refusal by the server may also arrive as a reset; what counts is what the server saw.
  socket.on('error', () => undefined)
  return socket
}

async function deviceOf(issuer: Authority, at = now): Promise<CertificateWithKey> {
  const privateKeyPem = createDeviceKey()
  const csrPem = await createSigningRequest(privateKeyPem)
  const place = { deviceId: 'd-1', organizationId: 'o', incarnation: 1 }
  const { certificatePem } = await issueDeviceCertificate(issuer, { csrPem, ...place, now: at })
  return { certificatePem, privateKeyPem }
}

/** What a server that requires client certificates of our CA says about a client. */
async function judge(
  client: CertificateWithKey | undefined,
  clientAuthority = authority,
): Promise<{ authorized: boolean; peer: TLSSocket }> {
  const { listener, port } = await listen({
    cert: server.chainPem,
    key: server.privateKeyPem,
    ca: clientAuthority.certificatePem,
    requestCert: true,
    rejectUnauthorized: false,
  })
  const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>
  dial(port, {
    ca: authority.certificatePem,
    ...(client === undefined ? {} : { cert: client.certificatePem, key: client.privateKeyPem }),
  })
  const [peer] = await accepted
  return { authorized: peer.authorized, peer }
}

describe('a TLS listener that requires certificates of our CA', () => {
  it('authorizes a device and sees who it is', async () => {
    const device = await deviceOf(authority)
    const { authorized, peer } = await judge(device)
    expect(authorized).toBe(true)
    const presented = peer.getPeerCertificate()
    expect(presented.subject.CN).toBe('d-1')
    expect(fingerprintOf(presented.raw)).toBe(fingerprintOf(device.certificatePem))
  })

  it('does not authorize a certificate of a foreign CA of the same name', async () => {
    expect((await judge(await deviceOf(foreign))).authorized).toBe(false)
  })

  it('does not authorize a device whose certificate has expired', async () => {
    const longAgo = new Date(now.getTime() - 200 * 24 * 3600 * 1000)
    const old = await createAuthority({ commonName: 'Old CA', now: longAgo })
    expect((await judge(await deviceOf(old, longAgo), old)).authorized).toBe(false)
    expect((await judge(await deviceOf(old), old)).authorized).toBe(true)
  })

  it('does not authorize a server certificate as a client, nor a client without one', async () => {
    expect((await judge(server)).authorized).toBe(false)
    expect((await judge(undefined)).authorized).toBe(false)
  })

  it('closes the handshake of a foreign device when it is told to reject', async () => {
    const { listener, port } = await listen({
      cert: server.chainPem,
      key: server.privateKeyPem,
      ca: authority.certificatePem,
      requestCert: true,
      rejectUnauthorized: true,
    })
    let accepted = 0
    listener.on('secureConnection', () => (accepted += 1))
    const refused = once(listener, 'tlsClientError')
    const device = await deviceOf(foreign)
    dial(port, { ca: authority.certificatePem, cert: device.certificatePem, key: device.privateKeyPem })
    await refused
    expect(accepted).toBe(0)
  })
})

describe('a device that checks its server', () => {
  it('refuses a device certificate that plays the server', async () => {
    const device = await deviceOf(authority)
    const { port } = await listen({ cert: device.certificatePem, key: device.privateKeyPem })
    // An own identity check that always agrees: what must fail here is the purpose of the certificate.
    const socket = dial(port, { ca: authority.certificatePem, checkServerIdentity: () => undefined })
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error).toMatchObject({ code: 'INVALID_PURPOSE' })
  })

  it('finds the pinned CA and then trusts the server by it', async () => {
    const { port } = await listen({ cert: server.chainPem, key: server.privateKeyPem })
    const caSha256 = certificateSha256(authority.certificatePem)
    const ca = await fetchPinnedAuthority({ host: '127.0.0.1', port, caSha256, timeoutMs: 10_000 })
    expect(fingerprintOf(ca)).toBe(caSha256)
    const socket = dial(port, { ca })
    await once(socket, 'secureConnect')
    expect(socket.authorized).toBe(true)
  })

  it('refuses a server that presents another CA of the same name', async () => {
    const impostor = await issueServerCertificate(foreign, { names: ['127.0.0.1'], now, validDays: 30 })
    const { port } = await listen({ cert: impostor.chainPem, key: impostor.privateKeyPem })
    const caSha256 = certificateSha256(authority.certificatePem)
    const ask = fetchPinnedAuthority({ host: '127.0.0.1', port, caSha256, timeoutMs: 10_000 })
    await expect(ask).rejects.toMatchObject({ code: 'pin_mismatch' })
  })

  it('does not trust a server that merely copies the pinned CA into its chain', async () => {
    const impostor = await issueServerCertificate(foreign, { names: ['127.0.0.1'], now, validDays: 30 })
    const cert = impostor.certificatePem + authority.certificatePem
    const { port } = await listen({ cert, key: impostor.privateKeyPem })
    const [error] = (await once(dial(port, { ca: authority.certificatePem }), 'error')) as [Error]
    expect(error).toMatchObject({ code: expect.stringMatching(/SIGNATURE|ISSUER|VERIFY/) })
  })

  it('refuses a pin that names a certificate that is no CA', () => {
    const leaf = new X509Certificate(server.certificatePem).raw
    expect(() => findPinnedAuthority([leaf], fingerprintOf(leaf))).toThrow(
      expect.objectContaining({ code: 'pin_mismatch' }),
    )
  })

  it('says so when nobody answers', async () => {
    const { listener, port } = await listen({ cert: server.chainPem, key: server.privateKeyPem })
    listener.close()
    await once(listener, 'close')
    const ask = fetchPinnedAuthority({ host: '127.0.0.1', port, caSha256: '0'.repeat(64), timeoutMs: 10_000 })
    await expect(ask).rejects.toMatchObject({ code: 'connection_failed' })
  })
})
