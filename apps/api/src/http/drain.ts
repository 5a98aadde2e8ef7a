import { setTimeout as delay } from 'node:timers/promises'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyInstance } from 'fastify'

const patienceMs = 10_000

/** Counts what is being answered. Call before anything is served. */
export function countRequests(server: FastifyInstance): () => number {
  let open = 0
  server.addHook('onRequest', async (_request, { raw }) => {
    open += 1
    // Fastify's own hook at the end is not called for answers that it was told to leave alone: live streams.
    raw.once('close', () => (open -= 1))
  })
  return () => open
}

/**
 * Stops a server: finishes what is being answered, for ten seconds at most, then closes every connection. Left to
 * itself the server would wait a minute for connections that clients opened and never used.
 */
export async function drain(app: NestFastifyApplication, openRequests: () => number): Promise<void> {
  const closed = app.close()
  const deadline = performance.now() + patienceMs
  while (openRequests() > 0 && performance.now() < deadline) await delay(20)
  app.getHttpAdapter().getInstance().server.closeAllConnections()
  await closed
}
