import { beforeEach, expect, test } from 'vitest'
import { LoginLimiter } from './login-limiter.ts'

const limits = { perAccount: 10, perAddress: 100, perAccountAnywhere: 50, whenGuessed: 2 }
const email = 'ada@example.org'
let now = 0
let limiter: LoginLimiter

beforeEach(() => {
  now = 0
  limiter = new LoginLimiter(limits, () => now)
})

const admitted = (ip: string, account = email) => {
  try {
    limiter.consume({ ip, email: account })
    return true
  } catch {
    return false
  }
}
const tries = (times: number, ip: string, account = email) =>
  Array.from({ length: times }, () => admitted(ip, account)).filter(Boolean).length

test('an address has ten attempts at an account, however it is written, and again after the window', () => {
  expect(tries(20, '198.51.100.1', ' ADA@example.org')).toBe(10)
  expect(admitted('198.51.100.1')).toBe(false)
  now = 15 * 60_000
  expect(tries(20, '198.51.100.1')).toBe(10)
})

test('an address that tries many accounts has a limit as well', () => {
  const accounts = Array.from({ length: 120 }, (_, index) => admitted('198.51.100.1', `p${index}@example.org`))
  expect(accounts.filter(Boolean)).toHaveLength(100)
})

test('many addresses that guess at one account have few attempts each, and the person is never shut out', () => {
  for (let host = 1; host <= 5; host++) expect(tries(10, `198.51.100.${host}`)).toBe(10)
  for (let host = 6; host <= 200; host++) expect(tries(10, `198.51.100.${host}`)).toBe(2)
  expect(admitted('203.0.113.1')).toBe(true)
  expect(tries(10, '203.0.113.1', 'another@example.org')).toBe(10)
})

test('an attempt that succeeded is taken back', () => {
  for (let time = 0; time < 300; time++) {
    expect(admitted('198.51.100.1')).toBe(true)
    limiter.succeeded({ ip: '198.51.100.1', email })
  }
})

test('the IPv6 addresses of one network are one address', () => {
  expect(tries(10, '2001:db8::1')).toBe(10)
  expect(admitted('2001:0db8:0:0:1:2:3:4')).toBe(false)
  expect(admitted('2001:db8:0:1::1')).toBe(true)
})

test('a refusal says how long to wait', () => {
  tries(10, '198.51.100.1')
  now = 60_000
  expect(() => limiter.consume({ ip: '198.51.100.1', email })).toThrow(/Wait 840 seconds/)
})
