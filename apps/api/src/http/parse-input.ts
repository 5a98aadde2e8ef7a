import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { fieldErrors, type Endpoint } from '@bootfleet/contracts'
import { ProblemError } from './problem-error.ts'

/** Path parameters, query and body of a request by its contract. Throws 400 for a bad parameter, 422 for the rest. */
export function parseInput(endpoint: Endpoint, request: FastifyRequest) {
  return {
    params: parse(endpoint.params, request.params, { status: 400, code: 'invalid_parameter', part: 'path' }),
    query: parse(endpoint.query, request.query, { status: 422, code: 'invalid_query', part: 'query' }),
    body: parse(endpoint.body, request.body ?? undefined, { status: 422, code: 'invalid_body', part: 'body' }),
  }
}

interface Part {
  readonly status: number
  readonly code: string
  readonly part: string
}

function parse(schema: z.ZodType | undefined, value: unknown, { status, code, part }: Part): unknown {
  if (schema === undefined) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = fieldErrors(parsed.error)
  const detail = `The ${part} is not as it should be: ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}`
  throw new ProblemError({ status, code, detail: detail.slice(0, 1000), errors })
}
