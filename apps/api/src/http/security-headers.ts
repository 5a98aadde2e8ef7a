import type { FastifyReply, FastifyRequest } from 'fastify'

const locked = "default-src 'none'; frame-ancestors 'none'"
const docs = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"

/** Headers that every answer carries. Only the documentation page may load anything. */
export function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply, { https }: { https: boolean }): void {
  void reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': /^\/v1\/docs(\/|$)/.test(request.url) ? docs : locked,
    'cache-control': 'no-store',
    ...(https && { 'strict-transport-security': 'max-age=31536000' }),
  })
}
