import type { FastifyInstance } from 'fastify'
import { EnrollRequest, RenewRequest } from '@bootfleet/contracts'
import {
  enrollDevice,
  inspectJson,
  isTokenKnown,
  OperationError,
  renewCertificate,
  type Services,
} from '@bootfleet/operations'
import { createEnrollmentLimit } from './enrollment-limit.ts'
import type { ReadRequestIdentity } from './request-identity.ts'

const bodyLimit = 32 * 1024

/** POST /device/v1/enroll, /renew and /token. */
export function addEnrollmentRoutes(
  app: FastifyInstance,
  { services, identityOf }: { services: Services; identityOf: ReadRequestIdentity },
): void {
  const limit = createEnrollmentLimit({ isKnown: (token) => isTokenKnown(services, token) })

  app.post('/device/v1/enroll', { bodyLimit }, async (request, reply) => {
    const { body, ip: address } = request
    await limit.check({ address, body })
    try {
      const answer = await enrollDevice(services, EnrollRequest.parse(checked(body)), address)
      if (answer.state === 'pending') void reply.code(202).header('retry-after', String(answer.retryAfterSec))
      return answer
    } catch (error) {
      limit.failed({ address, body })
      throw error
    }
  })

  app.post('/device/v1/renew', { bodyLimit }, async (request) => {
    const identity = await identityOf(request, { forRenewal: true })
    return renewCertificate(services, identity, RenewRequest.parse(checked(request.body)).csr)
  })

  // Lets a device behind a proxy find out whether its tokens are understood, and how far its clock is off.
  app.post('/device/v1/token', { bodyLimit }, async (request) => {
    const { deviceId, incarnation, notAfter } = await identityOf(request)
    return { device: deviceId, inc: incarnation, certificateExpiresAt: notAfter, now: services.now() }
  })
}

/** Throws `invalid` for text that no database column takes. */
function checked(body: unknown): unknown {
  const found = inspectJson(body)
  if (found === undefined) return body
  throw new OperationError('invalid', `The request holds what it must not: ${found}.`)
}
