/** Closed set: each transport maps it once. */
export type ErrorCode =
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'invalid'
  | 'conflict'
  | 'illegal_transition'
  | 'rate_limited'
  | 'unavailable'

/** A refusal that the caller can act upon. `reason` is a stable word; the message says what happened and what to do. */
export class OperationError extends Error {
  override name = 'OperationError'
  readonly code: ErrorCode
  readonly reason: string
  /** Path of the input field at fault, if there is one. */
  readonly field: string | undefined

  constructor(code: ErrorCode, message: string, { reason = code, field, cause }: ErrorDetail = {}) {
    super(message, { cause })
    this.code = code
    this.reason = reason
    this.field = field
  }
}

export interface ErrorDetail {
  readonly reason?: string
  readonly field?: string
  readonly cause?: unknown
}

/** `not_found` for a resource; the same whether it does not exist or belongs to another organization. */
export function notFound(resource: string, key: string): OperationError {
  return new OperationError('not_found', `There is no ${resource} "${key}".`, { reason: `${resource}_not_found` })
}
