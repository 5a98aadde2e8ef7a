import { expect, test } from 'vitest'
import { createCallerAddress, type ProxyTrust } from './caller-address.ts'

const from = (remoteAddress: string, forwarded?: string, key?: string) => ({
  socket: { remoteAddress },
  headers: {
    ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }),
    ...(key !== undefined && { 'x-bootfleet-web-key': key }),
  },
})
const find = (trust: ProxyTrust, ...request: Parameters<typeof from>) => createCallerAddress(trust)(from(...request))

test('nobody is believed about the address unless configured, this machine neither', () => {
  for (const peer of ['127.0.0.1', '::1', '198.51.100.1', '10.0.0.1'])
    expect(find({ proxies: [] }, peer, '9.9.9.9')).toBe(peer)
})

test('a configured proxy is believed about who called it, and not about what that one claimed', () => {
  const trust = { proxies: ['10.0.0.0/8', '2001:db8::1'] }
  expect(find(trust, '10.1.2.3', '9.9.9.9, 198.51.100.7')).toBe('198.51.100.7')
  expect(find(trust, '::ffff:10.1.2.3', '9.9.9.9, 198.51.100.7, 10.9.9.9')).toBe('198.51.100.7')
  expect(find(trust, '2001:db8::1', '198.51.100.7')).toBe('198.51.100.7')
  expect(find(trust, '2001:db8::2', '198.51.100.7')).toBe('2001:db8::2')
})

test('a proxy that says nothing, or nonsense, is the caller', () => {
  const trust = { proxies: ['10.0.0.1'] }
  expect(find(trust, '10.0.0.1')).toBe('10.0.0.1')
  expect(find(trust, '10.0.0.1', '9.9.9.9, <script>')).toBe('10.0.0.1')
})

test('the dashboard’s process is known by its key alone', () => {
  const trust = { proxies: [], webKey: 'secret' }
  expect(find(trust, '127.0.0.1', '9.9.9.9, 198.51.100.7', 'secret')).toBe('198.51.100.7')
  expect(find(trust, '127.0.0.1', '198.51.100.7', 'guess')).toBe('127.0.0.1')
  expect(find({ proxies: [] }, '127.0.0.1', '198.51.100.7', '')).toBe('127.0.0.1')
})

test.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '::1/x'])('%s is no proxy', (entry) => {
  expect(() => createCallerAddress({ proxies: [entry] })).toThrow('no address and no range')
})
