import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { addressRefusal, guardedLookup } from './address-guard.ts'
import { RegistryError } from './registry-error.ts'

export type GuardedFetchOptions = {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** For the whole exchange, from name lookup to the last byte; 10,000 by default. */
  readonly timeoutMs?: number
  /** Longest answer body that is accepted, in bytes; 1 MiB by default. */
  readonly maxBytes?: number
  /** Also connect to private and loopback addresses (metadata services stay refused). */
  readonly allowPrivate?: boolean
  /** Also speak plain http. */
  readonly allowInsecure?: boolean
  readonly signal?: AbortSignal
}

export type GuardedResponse = {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * One HTTP exchange with a host that a user named. Connects only to the addresses that passed the guard, follows no
 * redirect, sends no credentials from the URL, and bounds time and size. Any status is an answer; throws
 * RegistryError `address_refused`, `timeout`, `too_large`, `tls`, `network`, `aborted` or `invalid_response`.
 */
export async function guardedFetch(target: string | URL, options: GuardedFetchOptions = {}): Promise<GuardedResponse> {
  const url = allowedUrl(target, options)
  if (options.signal?.aborted === true) throw aborted(url, options.signal)
  const { timeoutMs = 10_000, maxBytes = 1024 * 1024, signal } = options
  return new Promise((resolve, reject) => {
    const request = openRequest(url, options)
    let answered = false
    const finish = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const fail = (error: unknown) => {
      finish()
      reject(error instanceof RegistryError ? error : transportError(url, error))
      request.destroy()
    }
    const onAbort = () => fail(aborted(url, signal))
    const timer = setTimeout(() => {
      const advice = 'check that it is up and reachable, or allow more time'
      fail(new RegistryError('timeout', `No complete answer from ${shown(url)} within ${timeoutMs} ms: ${advice}`))
    }, timeoutMs)
    signal?.addEventListener('abort', onAbort)
    request.on('error', fail)
    request.on('response', (response) => {
      answered = true
      collectBody(response, maxBytes, (error, body) => {
        if (body === undefined) return fail(error ?? new Error('connection closed in the middle of the answer'))
        finish()
        resolve({ url, status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    request.on('close', () => {
      if (!answered) fail(new Error('connection closed without an answer'))
    })
    request.end(options.body)
  })
}

function allowedUrl(target: string | URL, options: GuardedFetchOptions): URL {
  const url = URL.canParse(String(target)) ? new URL(target) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new RegistryError('address_refused', 'The address is not an http or https URL: correct it')
  }
  if (url.protocol === 'http:' && options.allowInsecure !== true) {
    throw new RegistryError('address_refused', `${shown(url)} is not https: use https, or allow insecure connections`)
  }
  const host = bareHost(url)
  // Sockets do not look up a literal address, so the guarded lookup would never see it.
  const refusal = isIP(host) === 0 ? undefined : addressRefusal(host, host, options.allowPrivate === true)
  if (refusal !== undefined) throw refusal
  return url
}

function openRequest(url: URL, options: GuardedFetchOptions): ClientRequest {
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest
  return open({
    host: bareHost(url),
    path: `${url.pathname}${url.search}`,
    method: options.method ?? 'GET',
    headers: { host: url.host, 'user-agent': 'bootfleet', 'accept-encoding': 'identity', ...options.headers },
    // A pooled socket might have been opened under another policy.
    agent: false,
    lookup: guardedLookup(options.allowPrivate === true),
    ...(url.port === '' ? {} : { port: url.port }),
  })
}

function collectBody(
  response: IncomingMessage,
  maxBytes: number,
  done: (error: Error | undefined, body?: Buffer) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= maxBytes) chunks.push(chunk)
    else done(tooLarge(maxBytes))
  })
  response.on('end', () => done(undefined, Buffer.concat(chunks)))
  response.on('error', (error) => done(error))
  response.on('close', () => {
    if (!response.complete) done(undefined)
  })
}

function tooLarge(maxBytes: number): RegistryError {
  return new RegistryError(
    'too_large',
    `The answer is longer than ${maxBytes} bytes: it is refused, or raise the limit`,
  )
}

function aborted(url: URL, signal: AbortSignal | undefined): RegistryError {
  return new RegistryError('aborted', `The request to ${shown(url)} was cancelled`, { cause: signal?.reason })
}

function transportError(url: URL, error: unknown): RegistryError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  const text = error instanceof Error ? error.message : String(error)
  if (/^(?:CERT_|ERR_TLS|ERR_SSL|EPROTO|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/.test(code)) {
    const advice = 'renew the certificate, trust its authority (NODE_EXTRA_CA_CERTS), or allow insecure connections'
    return new RegistryError('tls', `No trusted TLS connection to ${shown(url)} (${text}): ${advice}`, { cause: error })
  }
  if (code.startsWith('HPE_')) {
    return new RegistryError('invalid_response', `${shown(url)} does not answer in HTTP (${text})`, { cause: error })
  }
  const advice = 'check the host name, the port and the network'
  return new RegistryError('network', `Cannot talk to ${shown(url)} (${text || code}): ${advice}`, { cause: error })
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

// Query strings of signed URLs are secrets, so they are never shown.
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`
}
