import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'

/** A public ES256 key as it travels in `keys[]` of a desired document. */
export interface PublicJwk {
  kty: 'EC'
  crv: 'P-256'
  x: string
  y: string
  kid: string
  alg: 'ES256'
  use: 'sig'
}

/** The private half. Keep it sealed at rest. */
export interface PrivateJwk extends PublicJwk {
  d: string
}

/** A key that signs desired documents. `kid` is the RFC 7638 thumbprint of the public key. */
export interface SigningKey {
  kid: string
  publicJwk: PublicJwk
  privateJwk: PrivateJwk
  createdAt: Date
}

/** A new signing key. `now` only dates it, for rotation with overlap. */
export async function createSigningKey(input: { now: Date }): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const { x, y, d } = await exportJWK(privateKey)
  if (x === undefined || y === undefined || d === undefined) throw new Error('The generated key is not an EC key')
  const kid = await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x, y })
  const publicJwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' }
  return { kid, publicJwk, privateJwk: { ...publicJwk, d }, createdAt: input.now }
}
