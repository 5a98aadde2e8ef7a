import type { webcrypto } from 'node:crypto'
import { assertAuthority } from './authority.ts'
import type { Authority } from './authority.ts'
import { importKeyPair } from './private-key.ts'
import { AuthorityKeyIdentifierExtension, X509Certificate } from './x509-library.ts'

/** An authority that was checked and is ready to sign. */
export interface PreparedAuthority {
  readonly issuer: X509Certificate
  readonly privateKey: webcrypto.CryptoKey
  readonly keyIdentifier: AuthorityKeyIdentifierExtension
}

let last: { readonly authority: Authority; readonly prepared: Promise<PreparedAuthority> } | undefined

/**
 * Checks and imports an authority. That costs as much as signing does, and a process signs by one authority, so the last
 * one is kept. Throws PkiError `invalid_authority`.
 */
export function prepareAuthority({ certificatePem, privateKeyPem }: Authority): Promise<PreparedAuthority> {
  const known = last?.authority
  if (last && known?.certificatePem === certificatePem && known.privateKeyPem === privateKeyPem) return last.prepared
  const authority = { certificatePem, privateKeyPem }
  const entry = { authority, prepared: prepare(authority) }
  last = entry
  entry.prepared.catch(() => {
    if (last === entry) last = undefined
  })
  return entry.prepared
}

async function prepare(authority: Authority): Promise<PreparedAuthority> {
  assertAuthority(authority)
  const issuer = new X509Certificate(authority.certificatePem)
  const { privateKey } = await importKeyPair(authority.privateKeyPem)
  return { issuer, privateKey, keyIdentifier: await AuthorityKeyIdentifierExtension.create(issuer.publicKey) }
}
