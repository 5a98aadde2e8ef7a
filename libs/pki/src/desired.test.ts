import { calculateJwkThumbprint, FlattenedSign, importJWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { signDesired } from './sign-desired.ts'
import type { SignedDesired } from './sign-desired.ts'
import { createSigningKey } from './signing-key.ts'
import type { SigningKey } from './signing-key.ts'
import { verifyDesired } from './verify-desired.ts'

const now = new Date('2026-03-01T12:00:00Z')
const text = '{ "v": 1,\n  "device":"d-1", "note": "ü" }'

let key: SigningKey
let other: SigningKey
let signed: SignedDesired
beforeAll(async () => {
  key = await createSigningKey({ now })
  other = await createSigningKey({ now })
  signed = await signDesired(text, key)
})

function header(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

describe('createSigningKey', () => {
  it('names a key by its thumbprint and keeps the private part apart', async () => {
    expect(key.kid).toBe(await calculateJwkThumbprint({ ...key.publicJwk }))
    expect(key.publicJwk).toMatchObject({ kid: key.kid, alg: 'ES256', crv: 'P-256' })
    expect(key.publicJwk).not.toHaveProperty('d')
    expect(key.createdAt).toEqual(now)
  })
})

describe('verifyDesired', () => {
  it('returns exactly the signed bytes, also after a trip through JSON', async () => {
    const received: unknown = JSON.parse(JSON.stringify(signed))
    const payload = await verifyDesired(received, [other.publicJwk, key.publicJwk])
    expect(Buffer.from(payload).toString()).toBe(text)
    const bytes = Uint8Array.from([0, 255, 10, 13, 0])
    expect(await verifyDesired(await signDesired(bytes, key), [key.publicJwk])).toEqual(bytes)
  })

  it('refuses another payload under the same signature', async () => {
    const payload = Buffer.from('{"v":1,"device":"d-2"}').toString('base64url')
    await expect(verifyDesired({ ...signed, payload }, [key.publicJwk])).rejects.toMatchObject({
      code: 'bad_signature',
    })
  })

  it('refuses a signature of another key that claims this kid', async () => {
    const forged = await signDesired(text, { kid: key.kid, privateJwk: other.privateJwk })
    await expect(verifyDesired(forged, [key.publicJwk])).rejects.toMatchObject({ code: 'bad_signature' })
  })

  it('refuses a key that is not in force', async () => {
    await expect(verifyDesired(signed, [other.publicJwk])).rejects.toMatchObject({ code: 'unknown_key' })
    await expect(verifyDesired(signed, [])).rejects.toMatchObject({ code: 'unknown_key' })
  })

  it('refuses every algorithm but ES256', async () => {
    for (const alg of ['none', 'HS256', 'ES384', undefined]) {
      const forged = { ...signed, protected: header({ alg, kid: key.kid }), signature: '' }
      await expect(verifyDesired(forged, [key.publicJwk])).rejects.toMatchObject({ code: 'malformed' })
    }
    const unsigned = { ...signed, signature: '' }
    await expect(verifyDesired(unsigned, [key.publicJwk])).rejects.toMatchObject({ code: 'bad_signature' })
  })

  it('refuses a header that brings more than an algorithm and a kid, though it is signed', async () => {
    const withJwk = await new FlattenedSign(Buffer.from(text))
      .setProtectedHeader({ alg: 'ES256', kid: key.kid, jwk: { ...key.publicJwk } })
      .sign(await importJWK({ ...key.privateJwk }, 'ES256'))
    await expect(verifyDesired(withJwk, [key.publicJwk])).rejects.toMatchObject({ code: 'malformed' })
  })

  it.each([
    ['nothing', undefined],
    ['a text', 'eyJ.eyJ.sig'],
    ['an array', []],
    ['an unprotected header', { payload: '', protected: '', signature: '', header: {} }],
    ['a missing signature', { payload: '', protected: header({ alg: 'ES256', kid: 'x' }) }],
    ['a header that is no JSON', { payload: '', protected: 'AAAA', signature: '' }],
    ['a header that is no object', { payload: '', protected: Buffer.from('[1]').toString('base64url'), signature: '' }],
    ['a payload that is not base64url', { payload: 'a+b=', protected: header({ alg: 'ES256' }), signature: '' }],
    ['a payload beyond 128 KiB', { payload: 'A'.repeat(200_000), protected: '', signature: '' }],
  ])('refuses %s', async (_what, jws) => {
    await expect(verifyDesired(jws, [key.publicJwk])).rejects.toMatchObject({ code: 'malformed' })
  })
})
