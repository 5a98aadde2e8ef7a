import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HealthSource {
  /** What is not ready, in words; empty when all is. */
  problems(): Promise<readonly string[]>
  metrics(): Promise<{ contentType: string; body: string }>
}

/** Serves /healthz, /readyz and /metrics where devices do not reach them. Resolves with the port and how to stop. */
export async function startHealthServer(
  { host, port }: { readonly host: string; readonly port: number },
  source: HealthSource,
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, source).catch(() => response.destroy())
  })
  server.headersTimeout = 5000
  server.requestTimeout = 10_000
  server.listen(port, host)
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Error(`Cannot listen on ${host}:${port}. Give the gateway another HEALTH_PORT.`, { cause })
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(url: string, response: ServerResponse, source: HealthSource): Promise<void> {
  const path = url.split('?', 1)[0]
  if (path === '/healthz') return send(response, 200, { status: 'ok' })
  if (path === '/readyz') {
    const problems = await source.problems()
    const ready = problems.length === 0
    return send(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', problems })
  }
  if (path === '/metrics') {
    const { contentType, body } = await source.metrics()
    response.writeHead(200, { 'content-type': contentType }).end(body)
    return
  }
  send(response, 404, { status: 'not found' })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
