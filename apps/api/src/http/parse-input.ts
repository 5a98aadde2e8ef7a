import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Endpoint } from '@bootfleet/contracts'
import { ProblemError } from './problem-error.ts'

const maxErrors = 20

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
  const errors = parsed.error.issues.slice(0, maxErrors).flatMap(readIssue)
  const detail = `The ${part} is not as it should be: ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}`
  throw new ProblemError({ status, code, detail: detail.slice(0, 1000), errors })
}

function readIssue(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  const path = issue.path.map(String)
  const meant = issue.code === 'invalid_union' ? meantForm(issue.errors) : undefined
  if (meant) return meant.flatMap((inner) => readIssue({ ...inner, path: [...issue.path, ...inner.path] }))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, maxErrors)
      .map((key) => ({ field: [...path, key].join('.'), message: 'is not a known field' }))
  }
  return [{ field: path.join('.') || '(all)', message: issue.message }]
}

// Of several forms the one that knows every field that was given, if there is one alone.
function meantForm(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const [form, ...others] = forms.filter((issues) => issues.every(({ code }) => code !== 'unrecognized_keys'))
  return others.length === 0 ? form?.slice(0, maxErrors) : undefined
}
