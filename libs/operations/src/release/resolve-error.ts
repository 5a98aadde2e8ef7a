import { RegistryError, type RegistryErrorCode } from '@bootfleet/registry'
import { OperationError, type ErrorCode } from '../errors.ts'

// What the caller or the owner of the image can put right; everything else is the registry's or the network's matter.
const callers: Partial<Record<RegistryErrorCode, true>> = {
  invalid_reference: true,
  unauthorized: true,
  denied: true,
  not_found: true,
  too_large: true,
  address_refused: true,
  unsupported_manifest: true,
  invalid_manifest: true,
  architecture_missing: true,
}

const advice: Partial<Record<RegistryErrorCode, string>> = {
  unauthorized: 'Store working credentials for the registry under /v1/registries.',
  denied: 'Store credentials that may pull from the repository under /v1/registries.',
  not_found: 'Push the image first, or correct the tag or digest.',
}

/** A registry's refusal as `registry_<code>`: `invalid` when the caller can put it right, else `unavailable`. */
export function resolveError(error: unknown): unknown {
  if (!(error instanceof RegistryError)) return error
  const code: ErrorCode = callers[error.code] ? 'invalid' : 'unavailable'
  const more = advice[error.code]
  const message = more === undefined ? error.message : `${error.message.replace(/\.$/, '')}. ${more}`
  return new OperationError(code, message, { reason: `registry_${error.code}`, field: 'image', cause: error })
}
