import { request } from 'node:https'

export interface JsonResponse {
  readonly status: number
  readonly contentType: string
  readonly json: Record<string, unknown>
}

export interface JsonRequest {
  readonly port: number
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly body?: unknown
  readonly tls: { readonly ca: string; readonly cert?: string; readonly key?: string }
  readonly headers?: Record<string, string>
}

/** One HTTPS request to 127.0.0.1 on a connection of its own. */
export function requestJson({ port, path, method, body, tls, headers }: JsonRequest): Promise<JsonResponse> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      ...tls,
      agent: false,
      headers: { ...type, ...headers },
    })
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
        resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', json })
      })
    })
    outgoing.end(payload)
  })
}
