import { Controller, Inject, Req, Res } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sessions, type Session } from '@bootfleet/contracts'
import { createSession, endSession, getMe, type Services } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'
import type { LoginDoor } from '../http/login-limiter.ts'
import { authenticated } from '../http/request-state.ts'
import { clearSessionCookie, setSessionCookie } from '../http/session-cookie.ts'
import { loginDoorToken, secureCookiesToken, servicesToken } from '../tokens.ts'

@Controller()
export class SessionsController {
  readonly #services: Services
  readonly #door: LoginDoor
  readonly #secure: boolean

  constructor(
    @Inject(servicesToken) services: Services,
    @Inject(loginDoorToken) door: LoginDoor,
    @Inject(secureCookiesToken) secure: boolean,
  ) {
    this.#services = services
    this.#door = door
    this.#secure = secure
  }

  @Endpoint(sessions.create)
  async create(
    @Input() { body }: InputOf<typeof sessions.create>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    const { limiter, callerAddress } = this.#door
    const attempt = { ip: callerAddress(request.raw), email: body.email }
    limiter.consume(attempt)
    const session = await createSession(this.#services, { ...body, requestId: request.id })
    limiter.succeeded(attempt)
    setSessionCookie(reply, { ...session, secure: this.#secure })
    return session
  }

  /** Ends the session that the request came with; a token of a pipeline has none to end. */
  @Endpoint(sessions.end)
  async end(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { ctx, identity } = authenticated(request)
    if (identity.sessionId !== undefined) await endSession(ctx, { session: identity.sessionId })
    clearSessionCookie(reply, this.#secure)
  }

  @Endpoint(sessions.me)
  me(@Input() { ctx }: InputOf<typeof sessions.me>) {
    return getMe(ctx)
  }
}
