import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { guardedFetch } from './guarded-fetch.ts'

let server: Server
let port: number
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/drop') return void request.socket.destroy()
    if (request.url === '/garbage') return void request.socket.end('garbage\r\n\r\n')
    if (request.url === '/silence') return
    response.setHeader('x-method', request.method ?? '')
    response.setHeader('x-host', request.headers.host ?? '')
    response.setHeader('x-authorization', request.headers.authorization ?? 'none')
    request.pipe(response.writeHead(request.url === '/moved' ? 302 : 200, { location: '/' }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const open = { allowInsecure: true, allowPrivate: true }

it('posts a body and returns status, headers and bytes', async () => {
  const response = await guardedFetch(`http://127.0.0.1:${port}/echo`, { ...open, method: 'POST', body: 'héllo' })
  expect(response.status).toBe(200)
  expect(response.headers).toMatchObject({ 'x-method': 'POST', 'x-host': `127.0.0.1:${port}` })
  expect(response.body.toString('utf8')).toBe('héllo')
})

it('connects by name to the address that was checked', async () => {
  const response = await guardedFetch(`http://localhost:${port}/`, open)
  expect(response.headers['x-host']).toBe(`localhost:${port}`)
})

it('does not send credentials of the URL, and does not follow redirects', async () => {
  const response = await guardedFetch(`http://user:secret@127.0.0.1:${port}/moved`, open)
  expect(response).toMatchObject({ status: 302, headers: { 'x-authorization': 'none' } })
})

it.each([
  '127.0.0.1',
  'localhost',
  '2130706433',
  '0x7f.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '0.0.0.0',
  '169.254.169.254',
])('refuses %s unless private addresses are allowed', async (host) => {
  const attempt = guardedFetch(`http://${host}:${port}/`, { allowInsecure: true })
  await expect(attempt).rejects.toMatchObject({ code: 'address_refused' })
})

it.each(['http://registry.example/', 'ftp://registry.example/', 'file:///etc/passwd', 'nonsense'])(
  'refuses %s, which is not https',
  async (url) => {
    await expect(guardedFetch(url)).rejects.toMatchObject({ code: 'address_refused' })
  },
)

it.each([
  ['/drop', 'network'],
  ['/garbage', 'invalid_response'],
])('reports a server that answers with %s as %s', async (path, code) => {
  await expect(guardedFetch(`http://127.0.0.1:${port}${path}`, open)).rejects.toMatchObject({ code })
})

it('reports that nobody listens', async () => {
  await expect(guardedFetch('http://127.0.0.1:1/', open)).rejects.toMatchObject({ code: 'network' })
})

it('reports plain http behind https as a TLS failure', async () => {
  await expect(guardedFetch(`https://127.0.0.1:${port}/`, open)).rejects.toMatchObject({ code: 'tls' })
})

it('gives up in time on a server that is silent, and at once when cancelled', async () => {
  const url = `http://127.0.0.1:${port}/silence?token=hidden`
  const late: unknown = await guardedFetch(url.replace('?token=hidden', ''), { ...open, timeoutMs: 100 }).catch(
    (e: unknown) => e,
  )
  expect(late).toMatchObject({ code: 'timeout' })
  await expect(guardedFetch(url, { ...open, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
    message: expect.not.stringContaining('hidden'),
  })
})
