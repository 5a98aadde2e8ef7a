import { STATUS_CODES } from 'node:http'
import type { Problem } from '@bootfleet/contracts'

export interface ProblemDetail {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly errors?: Problem['errors']
  /** Sent as `Retry-After`. */
  readonly retryAfterSec?: number
}

/** A refusal of the HTTP layer itself. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: ProblemDetail

  constructor(problem: ProblemDetail) {
    super(problem.detail)
    this.problem = problem
  }
}

/** The document that goes over the wire. */
export function problemDocument({ status, code, detail, errors }: ProblemDetail, requestId: string): Problem {
  const title = STATUS_CODES[status] ?? 'Error'
  return { type: 'about:blank', title, status, code, detail, requestId, ...(errors && { errors }) }
}
