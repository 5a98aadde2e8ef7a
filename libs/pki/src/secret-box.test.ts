import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMasterKey } from './master-key.ts'
import { createSecretBox } from './secret-box.ts'

const key = randomBytes(32)
const box = createSecretBox(key)
const cannotDecrypt = expect.objectContaining({ code: 'cannot_decrypt' })

describe('createSecretBox', () => {
  it('opens what it sealed, for any text and context', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plaintext, context) => {
        expect(box.open(box.seal(plaintext, context), context)).toBe(plaintext)
      }),
    )
  })

  it('seals the same text differently each time', () => {
    expect(box.seal('a', 'x')).not.toBe(box.seal('a', 'x'))
    expect(box.seal('a', 'x')).toMatch(/^v1:[A-Za-z0-9_-]+$/)
  })

  it('refuses another key and another context', () => {
    const sealed = box.seal('secret', 'registry/1')
    expect(() => createSecretBox(randomBytes(32)).open(sealed, 'registry/1')).toThrow(cannotDecrypt)
    expect(() => box.open(sealed, 'registry/2')).toThrow(cannotDecrypt)
  })

  it('refuses a sealed text with any bit changed', () => {
    const bytes = Buffer.from(box.seal('secret', 'x').slice(3), 'base64url')
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes)
      altered[at] = (altered[at] ?? 0) ^ 1
      expect(() => box.open(`v1:${altered.toString('base64url')}`, 'x')).toThrow(cannotDecrypt)
    }
  })

  it.each(['', 'v1:', 'v1:AAAA', 'v2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'plain'])(
    'refuses %j, which it never sealed',
    (sealed) => {
      expect(() => box.open(sealed, 'x')).toThrow(cannotDecrypt)
    },
  )

  it('keeps working when the caller wipes the key that it passed', () => {
    const wiped = Buffer.from(key)
    const own = createSecretBox(wiped)
    wiped.fill(0)
    expect(box.open(own.seal('a', 'x'), 'x')).toBe('a')
  })

  it('refuses a key that has not 32 bytes', () => {
    expect(() => createSecretBox(randomBytes(16))).toThrow(expect.objectContaining({ code: 'invalid_master_key' }))
  })
})

describe('parseMasterKey', () => {
  it('reads hex, base64 and base64url', () => {
    const forms = [key.toString('hex'), key.toString('base64'), key.toString('base64url'), `${key.toString('hex')}\n`]
    for (const form of forms) expect(Buffer.from(parseMasterKey(form)).equals(key)).toBe(true)
  })

  it.each(['', 'changeme', 'a'.repeat(63), randomBytes(31).toString('base64'), randomBytes(33).toString('base64')])(
    'refuses anything else without repeating it',
    (text) => {
      const message = expect.stringContaining('openssl rand -hex 32')
      expect(() => parseMasterKey(text)).toThrow(expect.objectContaining({ code: 'invalid_master_key', message }))
    },
  )
})
