import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { PkiError } from './pki-error.ts'

const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** A new P-256 private key as PKCS#8 PEM. */
export function createPrivateKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Reads a P-256 private key. Throws PkiError `invalid_key` or `unsupported_key`. */
export function readPrivateKey(privateKeyPem: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(privateKeyPem)
  } catch {
    // The cause may quote the key, so it is not kept.
    throw new PkiError('invalid_key', 'The private key cannot be read: expected an unencrypted PEM')
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new PkiError('unsupported_key', 'The private key is not a P-256 key: create a new one')
  }
  return key
}

/** The same key as a WebCrypto pair, which is what the X.509 library signs with. */
export async function importKeyPair(privateKeyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = readPrivateKey(privateKeyPem)
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' })
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, p256, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, p256, true, ['verify']),
  }
}
