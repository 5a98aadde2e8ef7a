import { Agent, request } from 'node:https'

const maxBody = 512 * 1024

/** What a TLS client trusts and shows, PEM. Without certificate and key it is anonymous. */
export interface ClientTls {
  ca: string
  cert?: string
  key?: string
}

export interface HttpsRequest {
  method: 'GET' | 'POST'
  url: string
  tls: ClientTls
  body?: unknown
  headers?: Record<string, string>
  timeoutMs: number
  signal?: AbortSignal
  agent?: Agent
}

export interface HttpsResponse {
  status: number
  /** Parsed JSON, or undefined when there is none. */
  json: unknown
  retryAfterSec: number | undefined
}

/** One JSON request over TLS that trusts only `tls.ca`. Rejects on anything but a complete response. */
export function requestJson(input: HttpsRequest): Promise<HttpsResponse> {
  return new Promise((resolve, reject) => {
    const payload = input.body === undefined ? undefined : Buffer.from(JSON.stringify(input.body))
    const outgoing = request(input.url, {
      method: input.method,
      ...input.tls,
      minVersion: 'TLSv1.2',
      headers: {
        ...input.headers,
        accept: 'application/json',
        ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
      },
      ...(input.signal && { signal: input.signal }),
      agent: input.agent ?? false,
    })
    const deadline = setTimeout(() => outgoing.destroy(new Error('no answer in time')), input.timeoutMs)
    outgoing.once('error', reject)
    outgoing.once('close', () => clearTimeout(deadline))
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBody) outgoing.destroy(new Error('the answer is too large'))
        else chunks.push(chunk)
      })
      response.once('error', reject)
      response.once('end', () => {
        const retryAfter = Number(response.headers['retry-after'])
        resolve({
          status: response.statusCode ?? 0,
          json: parse(Buffer.concat(chunks).toString('utf8')),
          retryAfterSec: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
        })
      })
    })
    outgoing.end(payload)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a `problem+json` answer says, for the log. */
export function problemOf({ status, json }: HttpsResponse): { code: string; detail: string } {
  const problem = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  const code = typeof problem['code'] === 'string' ? problem['code'].slice(0, 64) : `http_${status}`
  const detail = problem['detail'] ?? problem['title']
  return { code, detail: typeof detail === 'string' ? detail.slice(0, 500) : `the server answered ${status}` }
}
