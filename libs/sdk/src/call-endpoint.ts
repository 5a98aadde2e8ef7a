import type { Endpoint } from '@bootfleet/contracts'
import { ApiError } from './api-error.ts'
import { headersOf, urlOf, type CallOptions, type ClientOptions } from './client-options.ts'

interface LooseArguments {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/** Calls one endpoint and reads its answer by the contract. */
export async function callEndpoint(
  endpoint: Endpoint,
  args: LooseArguments,
  options: ClientOptions & CallOptions,
): Promise<unknown> {
  const url = urlOf(options, fillPath(endpoint.path, args.params ?? {}))
  for (const [name, value] of Object.entries(args.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, textOf(value))
  }
  const send = options.fetch ?? fetch
  const response = await send(url, await requestOf(endpoint, args.body, options))
  const body = await readJson(response)
  if (!response.ok) throw new ApiError(response.status, body, response.headers.get('x-request-id') ?? undefined)
  return endpoint.response?.parse(body)
}

async function requestOf(
  { method }: Endpoint,
  body: unknown,
  options: ClientOptions & CallOptions,
): Promise<RequestInit> {
  const { signal, idempotencyKey } = options
  const headers = {
    accept: 'application/json',
    ...(await headersOf(options)),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  }
  return { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }), ...(signal && { signal }) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function fillPath(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name]
    // A dot segment would be folded away by the URL parser and lead to another route.
    if (typeof value !== 'string' || /^\.{0,2}$/.test(value)) throw new TypeError(`"${name}" must be an id or a name`)
    return encodeURIComponent(value)
  })
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
