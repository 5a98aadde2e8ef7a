import { formatRepository, type ImageReference } from '@bootfleet/registry'
import { OperationError } from '../errors.ts'
import { readReference } from '../registry/read-scope.ts'

/**
 * The image that a caller names for a channel: with its repository, or only `:tag` or `@sha256:…`. Throws `invalid`
 * when it is no reference or belongs to another repository.
 */
export function readImage(image: string, repository: string): ImageReference {
  const whole = image.startsWith(':') || image.startsWith('@') ? `${repository}${image}` : image
  const reference = readReference(whole, 'image')
  if (formatRepository(reference) === repository) return reference
  const message = `The image is in ${formatRepository(reference)}, but the channel holds images of ${repository}: push it there, or use another channel.`
  throw new OperationError('invalid', message, { reason: 'other_repository', field: 'image' })
}
