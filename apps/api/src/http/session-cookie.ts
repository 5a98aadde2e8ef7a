import type {} from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const sessionCookie = 'bootfleet_session'

/** Keeps a session in a cookie that scripts cannot read and other sites cannot send along with a POST. */
export function setSessionCookie(reply: FastifyReply, { token, expiresAt, secure }: SessionCookie): void {
  void reply.setCookie(sessionCookie, token, { ...attributes(secure), expires: new Date(expiresAt) })
}

export interface SessionCookie {
  readonly token: string
  readonly expiresAt: string
  readonly secure: boolean
}

export function clearSessionCookie(reply: FastifyReply, secure: boolean): void {
  void reply.clearCookie(sessionCookie, attributes(secure))
}

/** The session token that a browser sent, if any. */
export function readSessionCookie(request: FastifyRequest): string | undefined {
  return request.cookies[sessionCookie]
}

function attributes(secure: boolean) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
}
