import { FlattenedSign, importJWK } from 'jose'
import type { PrivateJwk } from './signing-key.ts'

/** A JWS in flattened JSON serialisation, as it goes over the wire. All three are base64url. */
export interface SignedDesired {
  payload: string
  protected: string
  signature: string
}

/** Signs exactly these bytes (a string as UTF-8) with ES256. The hash of a desired document is over the same bytes. */
export async function signDesired(
  payloadBytes: Uint8Array | string,
  key: { kid: string; privateJwk: PrivateJwk },
): Promise<SignedDesired> {
  const bytes = typeof payloadBytes === 'string' ? new TextEncoder().encode(payloadBytes) : payloadBytes
  const jws = await new FlattenedSign(bytes)
    .setProtectedHeader({ alg: 'ES256', kid: key.kid })
    .sign(await importJWK({ ...key.privateJwk }, 'ES256'))
  if (jws.protected === undefined) throw new Error('The signed document has no protected header')
  return { payload: jws.payload, protected: jws.protected, signature: jws.signature }
}
