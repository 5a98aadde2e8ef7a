import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { FastifyBodyParser, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiMetrics } from '../service/api-metrics.ts'
import { ProblemError } from './problem-error.ts'
import { sendProblem } from './send-problem.ts'
import { setSecurityHeaders } from './security-headers.ts'

const maxBodyBytes = 1024 * 1024

export interface ServerOptions {
  readonly https: boolean
  readonly metrics: ApiMetrics
}

/** The HTTP server below Nest: limits, request ids, headers of every answer, and measurement. JSON is all it reads. */
export function createServer({ https, metrics }: ServerOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: 60_000,
    requestIdHeader: false,
    genReqId: readRequestId,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (_error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      setSecurityHeaders(request, reply, { https })
      const problem = { status: 400, code: 'bad_request', detail: 'The path cannot be decoded: correct it.' }
      sendProblem(reply, problem, request.id)
    },
  })
  const server = adapter.getInstance()
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'string' }, jsonParser(server))
  server.addHook('onRequest', async (request, reply) => {
    setSecurityHeaders(request, reply, { https })
  })
  server.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: routeOf(request), status: String(reply.statusCode) }
    metrics.requests.observe(labels, reply.elapsedTime / 1000)
  })
  return adapter
}

/** Reads JSON; text that would reach into an object's prototype is refused like text that is none. */
function jsonParser(server: FastifyInstance): FastifyBodyParser<string> {
  const parse = server.getDefaultJsonParser('error', 'error')
  return (request, body, done) => {
    const refuse = () =>
      done(new ProblemError({ status: 400, code: 'invalid_json', detail: 'The body is not JSON: correct it.' }))
    void parse(request, body, (error, value) => (error === null ? done(null, value) : refuse()))
  }
}

function readRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,100}$/.test(given) ? given : randomUUID()
}

// The pattern of the route, never the path: a label takes a small set of values.
function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'none'
}
