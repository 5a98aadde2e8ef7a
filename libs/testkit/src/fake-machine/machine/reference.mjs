import { BootcError } from './errors.mjs'

/** @typedef {{ host: string, path: string, repository: string, tag: string | null, digest: string | null }} Reference */

/**
 * Takes `host[:port]/path[:tag][@digest]` apart.
 * @param {string} text
 * @returns {Reference}
 */
export function parseReference(text) {
  const [named = '', digest = null] = text.split('@')
  const slash = named.indexOf('/')
  const colon = named.lastIndexOf(':')
  const hasTag = colon > slash && slash > 0
  const repository = hasTag ? named.slice(0, colon) : named
  const invalid = slash <= 0 || (digest !== null && !/^sha256:[0-9a-f]{64}$/.test(digest))
  if (invalid || text.includes('://')) {
    throw new BootcError(`failed to invoke method OpenImage: Invalid image name "${text}": invalid reference format`)
  }
  return {
    host: repository.slice(0, slash),
    path: repository.slice(slash + 1),
    repository,
    tag: hasTag ? named.slice(colon + 1) : digest === null ? 'latest' : null,
    digest,
  }
}

/**
 * What is asked of the registry: a tag beside a digest is not looked at.
 * @param {Reference} reference
 */
export function manifestName({ tag, digest }) {
  return digest ?? tag ?? 'latest'
}
