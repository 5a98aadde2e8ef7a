import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { PkiError } from './pki-error.ts'

const maxPasswordBytes = 1024
const keyLength = 32
const saltLength = 16
const current = { logN: 15, r: 8, p: 1 } as const

interface StoredPassword {
  logN: number
  r: number
  p: number
  salt: Buffer
  hash: Buffer
}

/**
 * A scrypt hash as `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`. Takes about 32 MiB and a tenth of a second of a thread.
 * Throws PkiError `invalid_password` for an empty one or more than 1024 bytes.
 */
export async function hashPassword(password: string): Promise<string> {
  const bytes = toBytes(password)
  if (bytes === undefined) {
    throw new PkiError('invalid_password', `A password must have 1 to ${maxPasswordBytes} bytes`)
  }
  const salt = randomBytes(saltLength)
  const hash = await derive(bytes, { ...current, salt })
  const { logN, r, p } = current
  return ['scrypt', logN, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/**
 * Whether the password is the stored one, compared in constant time. Without a stored hash (no such user, no local
 * password) it does the same work and says no, so that the time of the answer does not tell who exists.
 * Throws PkiError `malformed` when the stored text is not one of ours.
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const bytes = toBytes(password)
  if (bytes === undefined) return false
  if (stored === undefined) {
    await derive(bytes, { ...current, salt: randomBytes(saltLength) })
    return false
  }
  const expected = parseStored(stored)
  return timingSafeEqual(await derive(bytes, expected), expected.hash)
}

function toBytes(password: string): Buffer | undefined {
  // Normalising first would let a huge input cost time, so the raw length is checked before.
  if (password.length > maxPasswordBytes) return undefined
  const bytes = Buffer.from(password.normalize('NFKC'))
  return bytes.length > 0 && bytes.length <= maxPasswordBytes ? bytes : undefined
}

function parseStored(stored: string): StoredPassword {
  const match = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22,64})\$([A-Za-z0-9_-]{43})$/.exec(stored)
  const [, logN, r, p, salt, hash] = match ?? []
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  const bounded = cost.logN >= 14 && cost.logN <= 18 && cost.r >= 1 && cost.r <= 16 && cost.p >= 1 && cost.p <= 4
  if (salt === undefined || hash === undefined || !bounded) {
    throw new PkiError('malformed', 'The stored password hash cannot be read: set the password of this user again')
  }
  return { ...cost, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') }
}

function derive(password: Buffer, cost: Omit<StoredPassword, 'hash'>): Promise<Buffer> {
  const { r, p, salt } = cost
  const N = 2 ** cost.logN
  return new Promise((resolve, reject) => {
    scrypt(password, salt, keyLength, { N, r, p, maxmem: 2 * 128 * N * r * p }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
