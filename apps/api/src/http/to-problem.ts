import { HttpException } from '@nestjs/common'
import { OperationError, type ErrorCode } from '@bootfleet/operations'
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

// What the HTTP server refuses before a route is reached.
const transport: Record<string, ProblemDetail> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'body_too_large',
    detail: 'The body is longer than 1 MiB: send less.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, code: 'invalid_json', detail: 'The body is not JSON: correct it.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    status: 400,
    code: 'invalid_json',
    detail: 'The content type says JSON, but the body is empty: leave out the content type, or send a body.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'Only JSON is understood: send it as application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'invalid_content_length',
    detail: 'The body has not the length that the header says.',
  },
}

/** What the caller is told about an error; undefined for one that nobody foresaw. */
export function toProblem(error: unknown): ProblemDetail | undefined {
  if (error instanceof ProblemError) return error.problem
  if (error instanceof OperationError) return ofOperation(error)
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (Object.hasOwn(transport, code)) return transport[code]
  if (error instanceof HttpException && error.getStatus() === 404) {
    return { status: 404, code: 'route_not_found', detail: 'There is no such route. See /v1/docs.' }
  }
  const status = statusOf(error)
  if (status === undefined || status >= 500) return undefined
  return { status, code: 'bad_request', detail: 'The request cannot be read.' }
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
