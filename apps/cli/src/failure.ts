import { ApiError } from '@bootfleet/sdk'
import { exitCodes, type ExitReason } from './exit-codes.ts'

/** A refusal that the person at the command line can act upon. The message says what happened and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly reason: ExitReason

  constructor(reason: ExitReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** An error as it is told: one exit code, one stable word, one text; never a stack. */
export interface Failure {
  readonly exitCode: number
  readonly code: string
  readonly message: string
  readonly fields: readonly { readonly field: string; readonly message: string }[]
  readonly requestId?: string
}

/** Says what any error means for the caller. `url` is where the server was looked for. */
export function toFailure(error: unknown, url?: string): Failure {
  if (error instanceof CliError) return failure(error.reason, error.reason, error.message)
  if (error instanceof ApiError) return ofApi(error)
  if (isNetworkError(error)) {
    const place = url === undefined ? 'The server' : `The server at ${url}`
    const message = `${place} cannot be reached (${networkCause(error)}). Check that it runs and that the address is right.`
    return failure('unreachable', 'unreachable', message)
  }
  if (error instanceof Error && error.name === 'ZodError') {
    const message = 'The server answered in a form that this bootfleet does not know. Use the version of the server.'
    return failure('internal', 'unknown_answer', message)
  }
  const text = error instanceof Error ? error.message : String(error)
  return failure('internal', 'internal', `Unexpected error: ${text}`)
}

/** Whether the same request may well succeed in a while. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof ApiError) return error.status >= 500 || error.status === 429
  return isNetworkError(error)
}

function failure(reason: ExitReason, code: string, message: string): Failure {
  return { exitCode: exitCodes[reason].code, code, message, fields: [] }
}

function ofApi(error: ApiError): Failure {
  const reason = reasonOf(error.status)
  const { problem, requestId } = error
  const message = [problem?.detail ?? error.message, advice(error)].filter((part) => part !== '').join(' ')
  const fields = (problem?.errors ?? []).filter((field) => field.message !== problem?.detail)
  return { ...failure(reason, error.code, message), fields, ...(requestId !== undefined && { requestId }) }
}

function reasonOf(status: number): ExitReason {
  if (status === 401 || status === 403) return 'not_allowed'
  if (status === 404) return 'not_found'
  if (status === 409) return 'conflict'
  if (status === 429 || status >= 500) return 'unreachable'
  return 'usage'
}

function advice({ status, code }: ApiError): string {
  if (status === 401 && code !== 'wrong_credentials') return 'Sign in with: bootfleet login'
  if (status === 429 || status >= 500) return 'Try again in a while.'
  return ''
}

// fetch throws a TypeError with the reason as its cause; a stalled request ends with TimeoutError.
function isNetworkError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  if (error.name === 'TimeoutError') return true
  return error instanceof TypeError && (error.cause instanceof Error || /fetch failed|terminated/.test(error.message))
}

function networkCause(error: Error): string {
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  return cause.message
}
