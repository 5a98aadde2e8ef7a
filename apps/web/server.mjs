// The dashboard's process: Next for the pages, and `/v1` passed on to the API, so that a browser needs one origin.
// Settings are read when it starts, so one build serves every installation.
// @ts-check
import { createServer } from 'node:http'
import next from 'next'
import { readSettings } from './server/settings.mjs'
import { createApiProxy } from './server/api-proxy.mjs'

const settings = readSettings()
const proxy = createApiProxy(settings)
const app = next({ dev: false, dir: import.meta.dirname, hostname: settings.host, port: settings.port, quiet: true })
const pages = app.getRequestHandler()

const server = createServer((request, response) => {
  const path = request.url ?? '/'
  if (/^\/v1(\/|\?|$)/.test(path)) proxy.handle(request, response)
  else if (path === '/healthz' || path === '/readyz') response.end('ok\n')
  else {
    // Pages know by it where to come back to after signing in.
    request.headers['x-bootfleet-path'] = path.replace(/[?&]_rsc=[^&]*/, '')
    void pages(request, response)
  }
})

// Behind another proxy a connection must outlive that one's idea of it, or a request is lost now and then.
server.keepAliveTimeout = 75_000
await app.prepare()
server.listen(settings.port, settings.host, () => {
  process.stdout.write(`web listens on http://${settings.host}:${settings.port}, /v1 goes to ${settings.apiUrl.href}\n`)
})

const drainMs = 10_000

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)

/** Ends live streams at once and lets every other request finish, within a time. */
function stop() {
  server.close(() => process.exit(0))
  proxy.endStreams()
  server.closeIdleConnections()
  setTimeout(() => process.exit(0), drainMs).unref()
}
