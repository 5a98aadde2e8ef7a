import type { z } from 'zod'

/** One route as a value: the server, the SDK and the OpenAPI document are derived from it. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path with `:name` for each parameter. */
  readonly path: string
  readonly summary: string
  readonly tag: string
  /** Of a success; 201 for what is made, 204 without a body, else 200. */
  readonly status: 200 | 201 | 204
  /** Answers without credentials. */
  readonly open?: true
  /** Answers with server-sent events instead of one JSON document. */
  readonly stream?: true
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly response?: z.ZodType
}

/** Declares an endpoint and keeps its exact type. */
export function endpoint<const E extends Endpoint>(declared: E): E {
  return declared
}
