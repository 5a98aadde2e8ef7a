import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { fieldErrors, findUnstorable, type Endpoint, type FieldError } from '@bootfleet/contracts'
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

function parse(schema: z.ZodType | undefined, value: unknown, part: Part): unknown {
  if (schema === undefined) return undefined
  const field = findUnstorable(value)
  if (field !== undefined) throw refusal([{ field: field || '(all)', message: unstorable }], part)
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refusal(fieldErrors(parsed.error), part)
}

const unstorable = 'holds a character that no text can have: NUL, or half of a surrogate pair. Leave it out.'

function refusal(errors: FieldError[], { status, code, part }: Part): ProblemError {
  const detail = `The ${part} is not as it should be: ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}`
  return new ProblemError({ status, code, detail: detail.slice(0, 1000), errors })
}
