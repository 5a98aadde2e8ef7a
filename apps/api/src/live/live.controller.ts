import type { OutgoingHttpHeaders } from 'node:http'
import { Controller, Inject, Req, Res } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { live } from '@bootfleet/contracts'
import { OperationError } from '@bootfleet/operations'
import { Endpoint } from '../http/endpoint.decorator.ts'
import { ProblemError } from '../http/problem-error.ts'
import { authenticated } from '../http/request-state.ts'
import type { ApiMetrics } from '../service/api-metrics.ts'
import { liveHubToken, metricsToken } from '../tokens.ts'
import type { LiveHub } from './live-hub.ts'
import { streamLive } from './stream-live.ts'
import { SlowReaderError, StreamWriter } from './stream-writer.ts'

const maxStreams = 1000
const patienceMs = 30_000

@Controller()
export class LiveController {
  readonly #hub: LiveHub
  readonly #metrics: ApiMetrics
  #open = 0

  constructor(@Inject(liveHubToken) hub: LiveHub, @Inject(metricsToken) metrics: ApiMetrics) {
    this.#hub = hub
    this.#metrics = metrics
  }

  @Endpoint(live.stream)
  async stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<never> {
    if (this.#open >= maxStreams) throw tooMany()
    const { ctx, credential } = authenticated(request)
    const header = request.headers['last-event-id']
    const lastEventId = typeof header === 'string' ? header : undefined
    reply.hijack()
    const { raw } = reply
    const stop = new AbortController()
    const onStop = () => stop.abort()
    raw.once('close', onStop)
    this.#hub.signal.addEventListener('abort', onStop)
    // The connection ends with its stream: kept alive, it would hold up the end of the server.
    const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', connection: 'close' }
    raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...headers })
    this.#count(1)
    try {
      const writer = new StreamWriter(raw, patienceMs)
      await streamLive({ ctx, credential, lastEventId, hub: this.#hub, writer, signal: stop.signal })
    } catch (error) {
      this.#metrics.liveClosed.inc({ why: whyClosed(error) })
    } finally {
      this.#hub.signal.removeEventListener('abort', onStop)
      this.#count(-1)
      raw.end()
    }
    return undefined as never
  }

  #count(change: number): void {
    this.#open += change
    this.#metrics.liveStreams.set(this.#open)
  }
}

function whyClosed(error: unknown): string {
  if (error instanceof SlowReaderError) return 'slow_reader'
  return error instanceof OperationError && error.code === 'unauthenticated' ? 'credential' : 'failure'
}

function tooMany(): ProblemError {
  const detail = 'This server has as many live streams as it can serve. Try again later.'
  return new ProblemError({ status: 503, code: 'too_many_streams', detail, retryAfterSec: 30 })
}
