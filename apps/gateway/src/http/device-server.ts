import { fastify, type FastifyInstance } from 'fastify'
import type { ServerOptions } from 'node:https'
import type { TlsOptions } from 'node:tls'
import { addEnrollmentRoutes } from './enrollment-routes.ts'
import { addLinkRoutes, type LinkRoutesOptions } from './link-routes.ts'
import { answerProblems } from './problem.ts'

export interface DeviceServerOptions extends LinkRoutesOptions {
  readonly tls: TlsOptions
  readonly onError: (error: unknown) => void
}

/**
 * HTTPS for devices. A certificate is asked for and not demanded: a machine that enrolls has none, one behind a proxy
 * cannot show its own, and an expired one must be able to come back.
 */
export function createDeviceServer(options: DeviceServerOptions): FastifyInstance {
  const https: ServerOptions = {
    ...options.tls,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
  }
  const app = fastify({
    https,
    logger: false,
    bodyLimit: 64 * 1024,
    connectionTimeout: 90_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
  })
  app.server.headersTimeout = 10_000
  app.server.maxConnections = 15_000
  answerProblems(app, options.onError)
  addEnrollmentRoutes(app, options)
  addLinkRoutes(app, options)
  return app
}
