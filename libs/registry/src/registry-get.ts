import type { GuardedResponse } from './guarded-fetch.ts'
import { authorize, unauthorized } from './registry-authorization.ts'
import { RegistryError } from './registry-error.ts'
import { sessionFetch, type RegistrySession } from './registry-session.ts'

export type RegistryGet = {
  /** Below `/v2/<repository>/`. */
  readonly path: string
  readonly accept: string
  readonly maxBytes: number
}

const maxRedirects = 5
const redirectStatuses = new Set([301, 302, 303, 307, 308])

/**
 * Gets one document of the session's repository: signs in when asked to, follows redirects without taking the
 * authorization to another origin, and turns every status but 200 into a RegistryError.
 */
export async function registryGet(session: RegistrySession, request: RegistryGet): Promise<GuardedResponse> {
  let response = await followRedirects(session, request)
  if (response.status === 401 && response.url.origin === new URL(session.origin).origin) {
    session.authorization = await authorize(session, response.headers['www-authenticate'])
    response = await followRedirects(session, request)
  }
  if (response.status === 200) return response
  throw statusError(session, request, response)
}

async function followRedirects(session: RegistrySession, request: RegistryGet): Promise<GuardedResponse> {
  let url = new URL(`/v2/${session.repository}/${request.path}`, session.origin)
  let authorization = session.authorization
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const headers = { accept: request.accept, ...(authorization === undefined ? {} : { authorization }) }
    const response = await sessionFetch(session, url, { headers, maxBytes: request.maxBytes })
    if (!redirectStatuses.has(response.status)) return response
    const location = response.headers.location ?? ''
    if (location === '' || !URL.canParse(location, url.href)) {
      throw new RegistryError('invalid_response', `${url.host} redirects to nowhere: check the registry's set-up`)
    }
    const next = new URL(location, url)
    if (next.origin !== url.origin) authorization = undefined
    url = next
  }
  const message = `${session.registry} redirects more than ${maxRedirects} times: check the registry's set-up`
  throw new RegistryError('invalid_response', message)
}

function statusError(session: RegistrySession, request: RegistryGet, response: GuardedResponse): RegistryError {
  const { status } = response
  const what = `${session.registry}/${session.repository} ${request.path}`
  const said = serverMessage(response.body)
  if (status === 401) return unauthorized(session)
  if (status === 403) {
    const message = `Access to ${what} is denied${said}: give these credentials the right to pull`
    return new RegistryError('denied', message, { status })
  }
  if (status === 404) {
    const message = `${what} does not exist${said}: check repository, tag or digest, and the credentials if it is private`
    return new RegistryError('not_found', message, { status })
  }
  if (status === 429) {
    const message = `${session.registry} answers too many requests: try again later, or use credentials with a higher limit`
    return new RegistryError('rate_limited', message, { status })
  }
  if (status >= 500) {
    return new RegistryError('unavailable', `${session.registry} answers ${status}${said}: try again later`, { status })
  }
  const message = `${session.registry} answers ${status} for ${request.path}${said}: check that it is an OCI registry`
  return new RegistryError('invalid_response', message, { status })
}

// The first error of a distribution error body, shortened: it is text of a stranger.
function serverMessage(body: Buffer): string {
  const match = /"(?:message|code)"\s*:\s*"([^"\\]{1,120})"/.exec(body.subarray(0, 2048).toString('utf8'))
  const text = match?.[1]?.replace(/[^\x20-\x7e]/g, '?')
  return text === undefined ? '' : ` (${text})`
}
