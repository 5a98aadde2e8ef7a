import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { OperationError, type ErrorCode } from '@bootfleet/operations'

const statuses: Readonly<Record<ErrorCode, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  invalid: 400,
  conflict: 409,
  illegal_transition: 409,
  rate_limited: 429,
  unavailable: 503,
}

interface Problem {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly errors?: readonly { readonly field: string; readonly detail: string }[]
}

/** Answers every failure as `application/problem+json`; what nobody expected says nothing of its inside. */
export function answerProblems(app: FastifyInstance, onError: (error: unknown) => void): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = describe(error)
    if (problem.status >= 500) onError(error)
    return send(reply, problem, request.id)
  })
  app.setNotFoundHandler((request, reply) =>
    send(reply, { status: 404, code: 'not_found', detail: 'There is nothing at this address.' }, request.id),
  )
}

function send(reply: FastifyReply, problem: Problem, requestId: string) {
  const { status, code, detail, errors } = problem
  if (status === 429 || status === 503) void reply.header('retry-after', '5')
  const title = status >= 500 ? 'The server cannot do this now' : 'The request was refused'
  const body = { type: 'about:blank', title, status, code, detail, requestId, ...(errors && { errors }) }
  return reply.code(status).type('application/problem+json').send(JSON.stringify(body))
}

function describe(error: unknown): Problem {
  if (error instanceof OperationError) {
    const { code, reason, message, field } = error
    return {
      status: statuses[code],
      code: reason,
      detail: message,
      ...(field !== undefined && { errors: [{ field, detail: message }] }),
    }
  }
  if (error instanceof z.ZodError) {
    const errors = error.issues
      .slice(0, 10)
      .map(({ path, message }) => ({ field: path.map(String).join('.'), detail: message }))
    return { status: 400, code: 'invalid', detail: 'The request does not have the expected form.', errors }
  }
  const status = statusOf(error)
  if (status < 500) return { status, code: status === 413 ? 'too_large' : 'invalid', detail: (error as Error).message }
  return { status: 503, code: 'unavailable', detail: 'The request could not be handled now. Try again.' }
}

// Fastify's own refusals carry their status.
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500
  return typeof status === 'number' && status >= 400 ? status : 500
}
