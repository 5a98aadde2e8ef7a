import { formatRepository, parseImageReference, RegistryError, type ImageReference } from '@bootfleet/registry'
import { OperationError } from '../errors.ts'

/** `registry/repository` in its full form. Throws `invalid` for the field `repository`. */
export function readRepository(text: string): string {
  const reference = readReference(text, 'repository')
  if (reference.tag === undefined && reference.digest === undefined) return formatRepository(reference)
  const message = 'A repository is named without tag and digest.'
  throw new OperationError('invalid', message, { reason: 'invalid_repository', field: 'repository' })
}

/** Scope of credentials: `registry/repository`, or a registry alone. Throws `invalid` for the field `scope`. */
export function readScope(text: string): string {
  // A registry has no slash, so any repository makes it a reference.
  if (!text.includes('/')) return readReference(`${text}/any`, 'scope').registry
  const reference = readReference(text, 'scope')
  if (reference.tag === undefined && reference.digest === undefined) return formatRepository(reference)
  throw new OperationError('invalid', 'A scope is a registry, or registry/repository without tag and digest.', {
    reason: 'invalid_scope',
    field: 'scope',
  })
}

/** An image reference. Throws `invalid` for the given field. */
export function readReference(text: string, field: string): ImageReference {
  try {
    return parseImageReference(text)
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause
    throw new OperationError('invalid', cause.message, { reason: 'invalid_reference', field, cause })
  }
}
