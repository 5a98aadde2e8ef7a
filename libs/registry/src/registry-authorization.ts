import { z } from 'zod'
import { parseChallenges, type AuthChallenge } from './auth-challenge.ts'
import { RegistryError } from './registry-error.ts'
import { isInsecureAllowed, sessionFetch, type RegistryCredentials, type RegistrySession } from './registry-session.ts'

const maxTokenAnswerBytes = 256 * 1024
const tokenText = z.string().regex(/^[\x21-\x7e]+$/)
const tokenAnswer = z.object({ token: tokenText.optional(), access_token: tokenText.optional() })

/**
 * The `Authorization` value that answers the registry's challenge: a bearer token from the realm that it names, or
 * basic credentials. Credentials go nowhere else. Throws `unauthorized` when nothing can be answered.
 */
export async function authorize(session: RegistrySession, challengeHeader: string | undefined): Promise<string> {
  const challenges = parseChallenges(challengeHeader ?? '')
  const bearer = challenges.find((challenge) => challenge.scheme === 'bearer')
  if (bearer !== undefined) return `Bearer ${await fetchToken(session, bearer)}`
  const basic = challenges.some((challenge) => challenge.scheme === 'basic')
  if (basic && session.credentials !== undefined) return basicAuthorization(session.credentials)
  throw unauthorized(session)
}

export function unauthorized(session: RegistrySession): RegistryError {
  const message =
    session.credentials === undefined
      ? 'wants credentials: add them for this registry (a repository that does not exist is often answered so, too)'
      : 'does not accept the credentials: check user name, password and the right to pull'
  return new RegistryError('unauthorized', `${session.registry}/${session.repository} ${message}`, { status: 401 })
}

async function fetchToken(session: RegistrySession, challenge: AuthChallenge): Promise<string> {
  const url = realmUrl(session, challenge)
  const basic = session.credentials === undefined ? {} : { authorization: basicAuthorization(session.credentials) }
  const headers = { accept: 'application/json', ...basic }
  const response = await sessionFetch(session, url, { headers, maxBytes: maxTokenAnswerBytes })
  const answer = response.status === 200 ? tokenAnswer.safeParse(parseJson(response.body)).data : undefined
  const token = answer?.token ?? answer?.access_token
  if (token === undefined) throw tokenRefused(session, url.host, response.status)
  return token
}

function tokenRefused(session: RegistrySession, host: string, status: number): RegistryError {
  if (status === 401 || status === 403) return unauthorized(session)
  if (status === 429) {
    return new RegistryError('rate_limited', `${host} gives out no more tokens for now: try again later`, { status })
  }
  if (status >= 500) {
    return new RegistryError('unavailable', `The token service ${host} answers ${status}: try again later`, { status })
  }
  const message = `The token service ${host} gave no token (status ${status}): check the registry's set-up`
  return new RegistryError('invalid_response', message, { status })
}

function realmUrl(session: RegistrySession, challenge: AuthChallenge): URL {
  const realm = challenge.params.get('realm') ?? ''
  const url = URL.canParse(realm) ? new URL(realm) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    const message = `${session.registry} names no usable token service: check the registry's set-up`
    throw new RegistryError('invalid_response', message)
  }
  if (url.protocol === 'http:' && !isInsecureAllowed(session, url)) {
    const message = `${session.registry} names a token service without https (${url.host}): allow insecure connections if that is meant`
    throw new RegistryError('address_refused', message)
  }
  const service = challenge.params.get('service')
  if (service !== undefined) url.searchParams.set('service', service)
  const scope = challenge.params.get('scope') ?? `repository:${session.repository}:pull`
  for (const part of scope.split(' ').filter(Boolean)) url.searchParams.append('scope', part)
  return url
}

function basicAuthorization(credentials: RegistryCredentials): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64')}`
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
