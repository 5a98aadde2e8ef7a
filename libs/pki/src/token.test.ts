import { describe, expect, it } from 'vitest'
import { newToken, sha256OfToken } from './token.ts'

describe('newToken', () => {
  it('gives a token, what to store of it, and what to show of it', () => {
    const { token, sha256, display } = newToken('bft')
    expect(token).toMatch(/^bft_[A-Za-z0-9_-]{43}$/)
    expect(sha256).toBe(sha256OfToken(token))
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(token.startsWith(display)).toBe(true)
    expect(display).toHaveLength(10)
  })

  it('never repeats itself', () => {
    expect(new Set(Array.from({ length: 100 }, () => newToken('bft').token)).size).toBe(100)
  })

  it.each(['', 'BFT', 'a b', '1a', 'a'.repeat(21)])('refuses the prefix %j', (prefix) => {
    expect(() => newToken(prefix)).toThrow(expect.objectContaining({ code: 'invalid_name' }))
  })
})
