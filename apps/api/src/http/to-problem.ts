import { HttpException } from '@nestjs/common'
import { isDatabaseAway, OperationError, type ErrorCode } from '@bootfleet/operations'
import { ProblemError, type ProblemDetail } from './problem-error.ts'

const statuses: Record<ErrorCode, number> = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  invalid: 422,
  conflict: 409,
  illegal_transition: 409,
  rate_limited: 429,
  unavailable: 503,
}

// What the HTTP server refuses before a route is reached; Nest hands on no more than the status.
const transport: Record<number, Omit<ProblemDetail, 'status'>> = {
  404: { code: 'route_not_found', detail: 'There is no such route. See /v1/docs.' },
  413: { code: 'body_too_large', detail: 'The body is longer than 1 MiB: send less.' },
  415: {
    code: 'unsupported_media_type',
    detail: 'Only JSON is understood: send it as application/json.',
  },
}

const databaseAway: ProblemDetail = {
  status: 503,
  code: 'unavailable',
  detail: 'The database does not answer at the moment: try again in a few seconds.',
  retryAfterSec: 5,
}

/** What the caller is told about an error; undefined for one that nobody foresaw. */
export function toProblem(error: unknown): ProblemDetail | undefined {
  if (error instanceof ProblemError) return error.problem
  if (error instanceof OperationError) return ofOperation(error)
  if (isDatabaseAway(error)) return databaseAway
  const status = statusOf(error)
  if (status === undefined || status >= 500) return undefined
  const { code = 'bad_request', detail = 'The request cannot be read: correct its path or its headers.' } =
    transport[status] ?? {}
  return { status, code, detail }
}

function ofOperation({ code, reason, message, field }: OperationError): ProblemDetail {
  const errors = field === undefined ? undefined : [{ field, message }]
  return { status: statuses[code], code: reason, detail: message, ...(errors && { errors }) }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus()
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}
