import { scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from './password.ts'

describe('verifyPassword', () => {
  it('tells the right password from others', async () => {
    const stored = await hashPassword('correct horse')
    expect(stored).toMatch(/^scrypt\$15\$8\$1\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/)
    expect(await verifyPassword('correct horse', stored)).toBe(true)
    expect(await verifyPassword('Correct horse', stored)).toBe(false)
    expect(await verifyPassword('', stored)).toBe(false)
    expect(await verifyPassword('x'.repeat(2000), stored)).toBe(false)
  })

  it('takes the same characters for the same, however a keyboard composes them', async () => {
    expect(await verifyPassword('u\u0308ber', await hashPassword('\u00fcber'))).toBe(true)
  })

  it('says no when nothing is stored', async () => {
    expect(await verifyPassword('anything', undefined)).toBe(false)
  })

  it('uses the parameters that are stored, not those of today', async () => {
    const salt = Buffer.alloc(16, 7)
    const hash = scryptSync('old one', salt, 32, { N: 2 ** 14, r: 8, p: 2 })
    const stored = `scrypt$14$8$2$${salt.toString('base64url')}$${hash.toString('base64url')}`
    expect(await verifyPassword('old one', stored)).toBe(true)
    expect(await verifyPassword('new one', stored)).toBe(false)
  })

  it.each([
    '',
    'plain',
    'scrypt$31$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAA',
    `scrypt$30$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  ])('refuses %j as a stored hash before it costs anything', async (stored) => {
    await expect(verifyPassword('x', stored)).rejects.toMatchObject({ code: 'malformed' })
  })
})

describe('hashPassword', () => {
  it('salts: the same password gives another hash', async () => {
    expect(await hashPassword('a')).not.toBe(await hashPassword('a'))
  })

  it.each(['', 'x'.repeat(1025), 'ü'.repeat(600)])('refuses an empty or a huge password', async (password) => {
    await expect(hashPassword(password)).rejects.toMatchObject({ code: 'invalid_password' })
  })
})
