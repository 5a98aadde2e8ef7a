import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { PkiError } from './pki-error.ts'

const keyLength = 32
const nonceLength = 12
const tagLength = 16
const version = 'v1'

/** Encrypts small secrets for storage. `context` (table and row, say) binds a sealed text to its place. */
export interface SecretBox {
  /** `v1:` and base64url of nonce, ciphertext and tag. Sealing the same text twice gives different results. */
  seal(plaintext: string, context: string): string
  /** The plaintext. Throws PkiError `cannot_decrypt` for a wrong key or context and for anything altered. */
  open(sealed: string, context: string): string
}

/** A box over AES-256-GCM with a master key of 32 bytes. Throws PkiError `invalid_master_key`. */
export function createSecretBox(masterKey: Uint8Array): SecretBox {
  if (masterKey.length !== keyLength) {
    throw new PkiError('invalid_master_key', `The master key must have ${keyLength} bytes`)
  }
  const key = Uint8Array.from(masterKey)
  return {
    seal: (plaintext, context) => seal(key, plaintext, context),
    open: (sealed, context) => open(key, sealed, context),
  }
}

function seal(key: Uint8Array, plaintext: string, context: string): string {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
  cipher.setAAD(Buffer.from(`${version}:${context}`))
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  return `${version}:${Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString('base64url')}`
}

function open(key: Uint8Array, sealed: string, context: string): string {
  const body = /^v1:([A-Za-z0-9_-]+)$/.exec(sealed)?.[1]
  const bytes = Buffer.from(body ?? '', 'base64url')
  if (bytes.length < nonceLength + tagLength) throw cannotDecrypt()
  const tagStart = bytes.length - tagLength
  try {
    const nonce = bytes.subarray(0, nonceLength)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
    decipher.setAAD(Buffer.from(`${version}:${context}`))
    decipher.setAuthTag(bytes.subarray(tagStart))
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength, tagStart)), decipher.final()]).toString('utf8')
  } catch {
    throw cannotDecrypt()
  }
}

function cannotDecrypt(): PkiError {
  return new PkiError(
    'cannot_decrypt',
    'A stored secret cannot be opened: the master key is not the one it was sealed with, or the text was altered or moved',
  )
}
