import 'reflect-metadata'
import fastifyCookie from '@fastify/cookie'
import { StandardSchemaSerializerInterceptor } from '@nestjs/common'
import { NestFactory, Reflector } from '@nestjs/core'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { Services } from '@bootfleet/operations'
import { createMetrics, type Logger } from '@bootfleet/telemetry'
import { ApiModule } from './api.module.ts'
import { AuthGuard } from './http/auth.guard.ts'
import { createCallerAddress, type ProxyTrust } from './http/caller-address.ts'
import { createServer } from './http/create-server.ts'
import { countRequests, drain } from './http/drain.ts'
import { IdempotencyInterceptor } from './http/idempotency.interceptor.ts'
import { LoginLimiter, type LoginLimits } from './http/login-limiter.ts'
import { ProblemFilter } from './http/problem.filter.ts'
import { LiveHub } from './live/live-hub.ts'
import { serveDocument } from './openapi/serve-document.ts'
import { apiMetrics } from './service/api-metrics.ts'

export interface ApiOptions {
  /** For the one connection that waits for notifications. */
  readonly databaseUrl: string
  readonly log: Logger
  readonly loginLimits?: LoginLimits
  /** Nobody is believed about who called, unless it says so. */
  readonly proxyTrust?: ProxyTrust
}

export interface Api extends AsyncDisposable {
  readonly app: NestFastifyApplication
  /** Listens; port 0 takes any free one. Resolves with the address. */
  listen(port: number, host: string): Promise<string>
  /** Ends live streams, finishes what is being answered, and stops. The services stay open. */
  close(): Promise<void>
}

const defaultLimits: LoginLimits = { perAccount: 10, perAddress: 100, perAccountAnywhere: 50, whenGuessed: 2 }

/** The HTTP API over given services; nothing listens yet. */
export async function createApi(services: Services, options: ApiOptions): Promise<Api> {
  const { databaseUrl, log, loginLimits = defaultLimits, proxyTrust = { proxies: [] } } = options
  const web = new URL(services.addresses.web)
  const https = web.protocol === 'https:'
  const metrics = apiMetrics(createMetrics())
  const hub = new LiveHub(databaseUrl)
  const door = { limiter: new LoginLimiter(loginLimits), callerAddress: createCallerAddress(proxyTrust) }
  const parts = { services, hub, metrics, door, secureCookies: https }
  const server = createServer({ https, metrics })
  const openRequests = countRequests(server.getInstance())
  const settings = { logger: false, bodyParser: false, abortOnError: false } as const
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.with(parts), server, settings)
  await app.register(fastifyCookie)
  app.useGlobalGuards(new AuthGuard(services, web.origin))
  app.useGlobalInterceptors(new IdempotencyInterceptor(), new StandardSchemaSerializerInterceptor(app.get(Reflector)))
  app.useGlobalFilters(new ProblemFilter(log))
  serveDocument(app)
  const close = async () => {
    // Streams first: the server waits for what is being answered.
    await hub[Symbol.asyncDispose]()
    await drain(app, openRequests)
  }
  const listen = async (port: number, host: string) => {
    await app.listen(port, host)
    return app.getUrl()
  }
  return { app, listen, close, [Symbol.asyncDispose]: close }
}
