import type { FastifyRequest } from 'fastify'

/**
 * Whether a browser says that a request comes from our own pages: by `Sec-Fetch-Site`, or by an `Origin` that is the
 * dashboard's or the request's own. A cookie goes along with requests of other sites; these headers cannot be forged.
 */
export function isSameOrigin({ headers, protocol }: FastifyRequest, webOrigin: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin } = headers
  return origin !== undefined && (origin === webOrigin || origin === `${protocol}://${headers.host}`)
}
