import { Controller, Get, Inject, Req, Res, SetMetadata } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { authenticate, checkReadiness, OperationError, type Services } from '@bootfleet/operations'
import { openKey } from '../http/auth.guard.ts'
import { metricsToken, servicesToken } from '../tokens.ts'
import type { ApiMetrics } from './api-metrics.ts'

/** What load balancers and monitoring ask; not part of the API. */
@Controller()
export class ServiceController {
  readonly #services: Services
  readonly #metrics: ApiMetrics

  constructor(@Inject(servicesToken) services: Services, @Inject(metricsToken) metrics: ApiMetrics) {
    this.#services = services
    this.#metrics = metrics
  }

  @Get('/healthz')
  @SetMetadata(openKey, true)
  health(): object {
    return { status: 'ok' }
  }

  @Get('/readyz')
  @SetMetadata(openKey, true)
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const problems = await checkReadiness(this.#services)
    if (problems.length > 0) void reply.status(503)
    return { status: problems.length === 0 ? 'ready' : 'not ready', problems }
  }

  /** Open on this machine; from elsewhere with any valid token. */
  @Get('/metrics')
  @SetMetadata(openKey, true)
  async metrics(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (!isFromHere(request)) await this.#authenticate(request)
    const { contentType, body } = await this.#metrics.expose()
    void reply.header('content-type', contentType)
    return body
  }

  async #authenticate({ headers }: FastifyRequest): Promise<void> {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (token === undefined) throw new OperationError('unauthenticated', 'Send an API token to read metrics from here.')
    await authenticate(this.#services, token)
  }
}

// What a proxy on this machine passes on comes from elsewhere, whatever it says.
function isFromHere({ ip, headers }: FastifyRequest): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  return /^(::ffff:)?127\./.test(ip) || ip === '::1'
}
