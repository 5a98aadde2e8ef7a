import { setTimeout as sleep } from 'node:timers/promises'
import { guardedFetch, type GuardedResponse } from './guarded-fetch.ts'
import { registryApiHost, type ImageReference } from './image-reference.ts'
import { RegistryError } from './registry-error.ts'
import { parseRetryAfter } from './retry-after.ts'

export type RegistryCredentials = { readonly username: string; readonly password: string }

/** How to talk to registries: the same for every call of one process. */
export type RegistryHttp = {
  /** For each request; 10,000 by default. */
  readonly timeoutMs?: number
  /** Longest manifest or index in bytes; 4 MiB by default. */
  readonly maxManifestBytes?: number
  /** Longest image configuration in bytes; 8 MiB by default. */
  readonly maxConfigBytes?: number
  /** Most images that an index may hold; 32 by default. */
  readonly maxManifests?: number
  /** Longest time in all, per call, to wait because a registry says `Retry-After`; 30,000 by default. */
  readonly maxWaitMs?: number
  /** Also use registries that speak plain http: https is tried first. */
  readonly allowInsecure?: boolean
  /** Also use registries on private and loopback addresses. */
  readonly allowPrivate?: boolean
  /** Registries, as `host:port`, that both of the above hold for whatever they say. */
  readonly trusted?: readonly string[]
  readonly userAgent?: string
  /** Resolves after `ms`, rejects when the signal aborts. */
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<unknown>
  readonly now?: () => Date
}

export type RegistryOptions = {
  readonly credentials?: RegistryCredentials
  readonly http?: RegistryHttp
  readonly signal?: AbortSignal
}

/** One caller's dealings with one repository. Mutable: learns the authorization and uses up the time to wait. */
export type RegistrySession = {
  readonly origin: string
  readonly registry: string
  readonly repository: string
  readonly credentials?: RegistryCredentials
  readonly signal?: AbortSignal
  readonly http: Required<RegistryHttp>
  authorization?: string
  waitLeftMs: number
}

const defaults: Required<RegistryHttp> = {
  timeoutMs: 10_000,
  maxManifestBytes: 4 * 1024 * 1024,
  maxConfigBytes: 8 * 1024 * 1024,
  maxManifests: 32,
  maxWaitMs: 30_000,
  allowInsecure: false,
  allowPrivate: false,
  trusted: [],
  userAgent: 'bootfleet',
  wait: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  now: () => new Date(),
}

export async function openSession(reference: ImageReference, options: RegistryOptions): Promise<RegistrySession> {
  const http = { ...defaults, ...options.http }
  const session = {
    origin: `https://${registryApiHost(reference.registry)}`,
    registry: reference.registry,
    repository: reference.repository,
    http,
    waitLeftMs: http.maxWaitMs,
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }
  if (!isInsecureAllowed(session, new URL(session.origin)) || (await speaksTls(session))) return session
  return { ...session, origin: session.origin.replace(/^https:/, 'http:') }
}

/** One GET under the settings of the session; waits as long as the server asks for it and the session can afford it. */
export async function sessionFetch(
  session: RegistrySession,
  url: URL,
  request: { readonly headers: Readonly<Record<string, string>>; readonly maxBytes: number },
): Promise<GuardedResponse> {
  const { timeoutMs, userAgent, wait, now, trusted } = session.http
  // Trust is for one host: what it points to on others is judged like anything else.
  const allowInsecure = isInsecureAllowed(session, url)
  const allowPrivate = session.http.allowPrivate || trusted.includes(url.host)
  const signal = session.signal === undefined ? {} : { signal: session.signal }
  const headers = { ...request.headers, 'user-agent': userAgent }
  for (;;) {
    const options = { headers, maxBytes: request.maxBytes, timeoutMs, allowInsecure, allowPrivate, ...signal }
    const response = await guardedFetch(url, options)
    if (response.status !== 429 && response.status !== 503) return response
    const retryAfterSec = parseRetryAfter(response.headers['retry-after'], now())
    if (retryAfterSec === null) return response
    const waitMs = Math.max(1, retryAfterSec) * 1000
    if (waitMs > session.waitLeftMs) throw rateLimited(session, response.status, retryAfterSec)
    session.waitLeftMs -= waitMs
    await wait(waitMs, session.signal).catch((cause: unknown) => {
      throw new RegistryError('aborted', `Waiting for ${session.registry} was cancelled`, { cause })
    })
  }
}

/** Whether a URL may be asked without TLS. */
export function isInsecureAllowed({ http }: RegistrySession, { host }: URL): boolean {
  return http.allowInsecure || http.trusted.includes(host)
}

async function speaksTls(session: RegistrySession): Promise<boolean> {
  try {
    await sessionFetch(session, new URL('/v2/', session.origin), { headers: {}, maxBytes: 64 * 1024 })
    return true
  } catch (error) {
    if (!(error instanceof RegistryError) || !['tls', 'network'].includes(error.code)) throw error
    const code = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : ''
    // Only these say that nobody speaks TLS there. A certificate that is not trusted must never lead to plain http.
    if (/^(?:EPROTO|ERR_SSL_|ECONNREFUSED|ECONNRESET)/.test(code)) return false
    throw error
  }
}

function rateLimited(session: RegistrySession, status: number, retryAfterSec: number): RegistryError {
  const message = `${session.registry} asks to wait ${retryAfterSec} s: try again then, or use credentials with a higher limit`
  return new RegistryError('rate_limited', message, { status, retryAfterSec })
}
