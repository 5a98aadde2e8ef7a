import { webcrypto } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createDeviceKey, createSigningRequest } from './create-signing-request.ts'
import { verifySigningRequest } from './verify-signing-request.ts'
import { Pkcs10CertificateRequestGenerator } from './x509-library.ts'

/** Made with openssl: P-256, a subject and extensions that ask for more than a device gets. */
const opensslRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIIBFTCBvAIBADAfMQ4wDAYDVQQDDAVhZG1pbjENMAsGA1UECgwEQWNtZTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABO1w2mwVrourn2MrY94706vWYsgkBjd4/JUV
Uuf493vUvbpAF+gvzGvS6RQQ401pSQFY2RV0kQ3ADdTenIn/nICgOzA5BgkqhkiG
9w0BCQ4xLDAqMA8GA1UdEwEB/wQFMAMBAf8wFwYDVR0RBBAwDoIMZXZpbC5leGFt
cGxlMAoGCCqGSM49BAMCA0gAMEUCIQCI9sGxx4CsPdFI/AX6VMNzb5ScwDykraJi
tVkILnVwPwIgcJLnPxt6BLkBrCsGN8RmxiXXv00dx6Xda3QWIE0xUrY=
-----END CERTIFICATE REQUEST-----
`
const sha512Request = `-----BEGIN CERTIFICATE REQUEST-----
MIHFMG4CAQAwDDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BIIuYosAVVvz3y6SqfjX3sfCKj9b3zZBRwjqCox94YpNmJELy/Ac8WZIxh02SFNQ
6TcxlXAVi3KZweEz0WX+dZOgADAKBggqhkjOPQQDBANHADBEAiAX6M/2JKpJdqpH
YWgzvGIh3qsPcv4cxygyh2todl0bzAIgSy6L30jbqxvqelB/r1h2BxPjs7ZILzEC
Nyi7u5jzPX4=
-----END CERTIFICATE REQUEST-----
`
const compressedPointRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIGmME4CAQAwDDEKMAgGA1UEAwwBeDA5MBMGByqGSM49AgEGCCqGSM49AwEHAyIA
Au1w2mwVrourn2MrY94706vWYsgkBjd4/JUVUuf493vUoAAwCgYIKoZIzj0EAwID
SAAwRQIhAIqnKZtvgZhv/ZqABck+V+68OWfHasKUEHUPrge4+pGXAiB4RWBhWhXp
EHX0OM6Yr8C2B3O6cCfigS1njlslmPJntg==
-----END CERTIFICATE REQUEST-----
`
const ed25519Request = `-----BEGIN CERTIFICATE REQUEST-----
MIGLMD8CAQAwDDEKMAgGA1UEAwwBeDAqMAUGAytlcAMhAHdlQSM5y9LhjkAQw/e6
p/QOfanXkWDHumb7M0GTS9JhoAAwBQYDK2VwA0EA6D0X6gL5Td/S6/ap0uZ7Hqgm
ZtLndv9EFJbXvP1A79jmsfP00//HCA3f5/RCGRBeewc36ZY2m7ocba3XHyPwAA==
-----END CERTIFICATE REQUEST-----
`

describe('verifySigningRequest', () => {
  it('accepts what createSigningRequest makes and names its key', async () => {
    const key = createDeviceKey()
    const first = await verifySigningRequest(await createSigningRequest(key, { commonName: 'd-1' }))
    const second = await verifySigningRequest(await createSigningRequest(key))
    expect(first.publicKeySha256).toBe(second.publicKeySha256)
    expect(first.publicKeySha256).toMatch(/^[0-9a-f]{64}$/)
    expect(first.csrSha256).not.toBe(second.csrSha256)
    expect(first.publicKeySpki).toHaveLength(91)
  })

  it('gives the same hash for the same request whatever its line ends', async () => {
    const request = await createSigningRequest(createDeviceKey())
    const again = await verifySigningRequest(request.replaceAll('\n', '\r\n'))
    expect(again.csrSha256).toBe((await verifySigningRequest(request)).csrSha256)
  })

  it('accepts a request made with openssl', async () => {
    const verified = await verifySigningRequest(opensslRequest)
    expect(verified.publicKeySha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('refuses a request that was altered after signing', async () => {
    const lines = opensslRequest.split('\n')
    const der = Buffer.from(lines.slice(1, -2).join(''), 'base64')
    const subject = der.indexOf('admin')
    der.write('nimda', subject)
    const altered = [lines[0], der.toString('base64'), '-----END CERTIFICATE REQUEST-----', ''].join('\n')
    await expect(verifySigningRequest(altered)).rejects.toMatchObject({ code: 'invalid_csr' })
  })

  it('refuses every request that was cut short', async () => {
    const der = Buffer.from(opensslRequest.split('\n').slice(1, -2).join(''), 'base64')
    for (let length = 1; length < der.length; length += 7) {
      const body = der.subarray(0, length).toString('base64')
      const cut = `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`
      await expect(verifySigningRequest(cut)).rejects.toMatchObject({ name: 'PkiError' })
    }
  })

  it.each([
    ['an RSA key', rsaRequest],
    ['a P-384 key', p384Request],
    ['an Ed25519 key', () => Promise.resolve(ed25519Request)],
    ['a second encoding of a P-256 key', () => Promise.resolve(compressedPointRequest)],
    ['a SHA-512 signature', () => Promise.resolve(sha512Request)],
  ])('refuses %s', async (_what, make) => {
    await expect(verifySigningRequest(await make())).rejects.toMatchObject({ code: 'unsupported_key' })
  })

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['bare base64', 'AAAA'],
    ['a block of another kind', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['two blocks', opensslRequest + opensslRequest],
    ['more than 8 KiB', opensslRequest + ' '.repeat(8192)],
    ['deep nesting', nested(4000)],
  ])('refuses %s', async (_what, csr) => {
    await expect(verifySigningRequest(csr)).rejects.toMatchObject({ code: 'invalid_csr' })
  })
})

describe('createSigningRequest', () => {
  it('refuses a text that is no key without repeating it', async () => {
    const attempt = createSigningRequest('-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----')
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_key', message: expect.not.stringContaining('secret') })
  })
})

function nested(bytes: number): string {
  const body = Buffer.alloc(bytes, Buffer.from([0x30, 0x80])).toString('base64')
  return `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`
}

async function rsaRequest(): Promise<string> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm })
  return request.toString('pem')
}

async function p384Request(): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm })
  return request.toString('pem')
}
