/** Why a request to a registry, or any other guarded request, did not give what was asked for. */
export const registryErrorCodes = [
  'invalid_reference',
  'unauthorized',
  'denied',
  'not_found',
  'rate_limited',
  'unavailable',
  'too_large',
  'timeout',
  'aborted',
  'network',
  'tls',
  'address_refused',
  'digest_mismatch',
  'unsupported_manifest',
  'invalid_manifest',
  'architecture_missing',
  'invalid_response',
] as const

export type RegistryErrorCode = (typeof registryErrorCodes)[number]

export type RegistryErrorDetails = {
  readonly cause?: unknown
  /** The HTTP status that the error was made from. */
  readonly status?: number
  /** Seconds the server asked to be left alone. */
  readonly retryAfterSec?: number
}

/** The only error this package throws. The message says what happened and what to do; it never holds a secret. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: RegistryErrorCode
  readonly status?: number
  readonly retryAfterSec?: number

  constructor(code: RegistryErrorCode, message: string, details: RegistryErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.status !== undefined) this.status = details.status
    if (details.retryAfterSec !== undefined) this.retryAfterSec = details.retryAfterSec
  }
}
