import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { addressWarning, isLoopback, whyUnreachable } from './device-address.ts'

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost', true],
  ['LOCALHOST.', true],
  ['fleet.localhost', true],
  ['0.0.0.0', true],
  ['127.0.0.1.example.org', false],
  ['fleet.example.org', false],
  ['10.0.0.127', false],
  ['fd00::1', false],
])('%s is the machine itself: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

test.each(['https://127.0.0.1:8443', 'https://[::1]:8443', 'https://localhost'])(
  '%s cannot be reached from another machine, and the variables to set are named',
  async (url) => {
    const text = (await addressWarning(url)).join('\n')
    expect(text).toMatch(/^Warning: .* means "this machine"/)
    expect(text).toContain('HOST=0.0.0.0 PUBLIC_HOST=')
  },
)

test('where something listens nothing is to be said, and where nothing does the reason is', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  expect(await whyUnreachable('127.0.0.1', { port, timeoutMs: 10_000 })).toBeUndefined()
  server.close()
  await once(server, 'close')
  expect(await whyUnreachable('127.0.0.1', { port, timeoutMs: 10_000 })).toBe('ECONNREFUSED')
})
