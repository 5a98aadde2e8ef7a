import type { CanActivate, ExecutionContext } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '@bootfleet/contracts'
import { authenticate, OperationError, type Services } from '@bootfleet/operations'
import { contractKey } from './endpoint.decorator.ts'
import { isSameOrigin } from './same-origin.ts'
import { ProblemError } from './problem-error.ts'
import { setRequestState } from './request-state.ts'
import { readSessionCookie } from './session-cookie.ts'

/** Marks a controller method that answers without credentials and is not part of the API. */
export const openKey = 'bootfleet:open'

/** Lets nobody in without credentials, but on routes that are declared open. */
export class AuthGuard implements CanActivate {
  readonly #services: Services
  readonly #webOrigin: string

  constructor(services: Services, webOrigin: string) {
    this.#services = services
    this.#webOrigin = webOrigin
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler()
    const contract: Endpoint | undefined = Reflect.getMetadata(contractKey, handler)
    if (contract?.open === true || Reflect.getMetadata(openKey, handler) === true) return true
    const request = context.switchToHttp().getRequest<FastifyRequest>()
    const credential = this.#credentialOf(request)
    const identity = await authenticate(this.#services, credential)
    const { organizationId, actor } = identity
    const ctx = { services: this.#services, organizationId, actor, requestId: request.id }
    setRequestState(request, { ctx, identity, credential })
    return true
  }

  #credentialOf(request: FastifyRequest): string {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      if (token !== undefined) return token
      throw new OperationError('unauthenticated', 'Send the token as "Authorization: Bearer <token>".')
    }
    const token = readSessionCookie(request)
    if (token === undefined) {
      throw new OperationError('unauthenticated', 'Sign in, or send an API token as "Authorization: Bearer <token>".')
    }
    if (!['GET', 'HEAD'].includes(request.method) && !isSameOrigin(request, this.#webOrigin)) {
      const detail = 'A request with the session cookie must come from the dashboard itself. Scripts use an API token.'
      throw new ProblemError({ status: 403, code: 'cross_site_request', detail })
    }
    return token
  }
}
