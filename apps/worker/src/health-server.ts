import { createServer, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export interface HealthSource {
  /** What is not ready, in words; empty when all is. */
  problems(): Promise<readonly string[]>
  metrics(): Promise<{ contentType: string; body: string }>
}

export interface HealthServer {
  /** `http://127.0.0.1:3002` */
  readonly url: string
  close(): Promise<void>
}

/** Serves /healthz (the process lives), /readyz (it can work) and /metrics. */
export async function startHealthServer(
  { host, port }: { readonly host: string; readonly port: number },
  source: HealthSource,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, source).catch(() => response.destroy())
  })
  server.headersTimeout = 5000
  server.requestTimeout = 10_000
  server.listen(port, host)
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Error(`Cannot listen on ${host}:${port}. Give the worker another WORKER_PORT.`, { cause })
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(url: string, response: ServerResponse, source: HealthSource): Promise<void> {
  const path = url.split('?', 1)[0]
  if (path === '/healthz') return send(response, { status: 200, body: { status: 'ok' } })
  if (path === '/readyz') {
    const problems = await source.problems()
    const status = problems.length === 0 ? 200 : 503
    return send(response, { status, body: { status: status === 200 ? 'ready' : 'not ready', problems } })
  }
  if (path === '/metrics') {
    const { contentType, body } = await source.metrics()
    response.writeHead(200, { 'content-type': contentType }).end(body)
    return
  }
  send(response, { status: 404, body: { status: 'not found' } })
}

function send(response: ServerResponse, { status, body }: { status: number; body: object }): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
