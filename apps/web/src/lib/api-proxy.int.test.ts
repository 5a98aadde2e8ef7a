import { afterAll, expect, test } from 'vitest'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApiProxy } from '../../server/api-proxy.mjs'
import { readProxies } from '../../server/settings.mjs'

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})

async function listen(handler: RequestListener): Promise<URL> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

/** What the API is told of a request to the dashboard. */
async function told(headers: Record<string, string>, proxies = ''): Promise<IncomingHttpHeaders> {
  const apiUrl = await listen((request, response) => response.end(JSON.stringify(request.headers)))
  const proxy = createApiProxy({ apiUrl, webKey: 'own key', isProxy: readProxies(proxies) })
  const url = await listen(proxy.handle)
  return (await (await fetch(url, { headers })).json()) as IncomingHttpHeaders
}

const claimed = { 'x-forwarded-for': '9.9.9.9', 'x-bootfleet-web-key': 'guessed' }

test('the dashboard overwrites what a client says about its address, and names itself', async () => {
  expect(await told(claimed)).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-bootfleet-web-key': 'own key' })
  expect(await told({})).toMatchObject({ 'x-forwarded-for': '127.0.0.1' })
})

test('what a trusted proxy says is kept, with that proxy behind it', async () => {
  expect(await told(claimed, '10.0.0.1, 127.0.0.0/8')).toMatchObject({ 'x-forwarded-for': '9.9.9.9, 127.0.0.1' })
})

test('proxies are addresses or ranges', () => {
  expect(() => readProxies('proxy.example')).toThrow('BOOTFLEET_TRUSTED_PROXIES')
  expect(readProxies('2001:db8::/32')('2001:db8::5')).toBe(true)
})
