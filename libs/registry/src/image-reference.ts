import { RegistryError } from './registry-error.ts'

export type ImageReference = {
  /** Host with optional port, in lower case; `docker.io` where the text names none. */
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

const maxTextLength = 512
const maxNameLength = 255
const hostPattern =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/
const pathComponentPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const digestPattern = /^sha256:[0-9a-f]{64}$/

/**
 * Reads `[registry/]repository[:tag][@sha256:…]` by the rules of docker: no host means docker.io, and a docker.io name
 * of one word is under `library/`. Throws `invalid_reference`.
 */
export function parseImageReference(text: string): ImageReference {
  if (text.length === 0 || text.length > maxTextLength) throw invalid(text, `give 1 to ${maxTextLength} characters`)
  if (text.includes('://')) throw invalid(text, 'leave out the scheme and write only registry/repository:tag')
  const [beforeDigest = '', ...digests] = text.split('@')
  if (digests.length > 1 || !digests.every((digest) => digestPattern.test(digest))) {
    throw invalid(text, 'a digest is written @sha256: and 64 lower-case hex digits')
  }
  const colon = beforeDigest.lastIndexOf(':')
  const tags = colon > beforeDigest.lastIndexOf('/') ? [beforeDigest.slice(colon + 1)] : []
  if (!tags.every((tag) => tagPattern.test(tag))) {
    throw invalid(text, 'a tag has at most 128 letters, digits, ".", "_" and "-"')
  }
  const name = splitName(text, tags.length === 0 ? beforeDigest : beforeDigest.slice(0, colon))
  return { ...name, ...tags.map((tag) => ({ tag }))[0], ...digests.map((digest) => ({ digest }))[0] }
}

/** `registry/repository`, without tag or digest. */
export function formatRepository(reference: Pick<ImageReference, 'registry' | 'repository'>): string {
  return `${reference.registry}/${reference.repository}`
}

/** The host that answers the API for a registry; only docker.io differs from its name. */
export function registryApiHost(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry
}

function splitName(text: string, name: string): { registry: string; repository: string } {
  const [first = '', ...rest] = name.split('/')
  const hasHost = rest.length > 0 && (/[.:[A-Z]/.test(first) || first === 'localhost')
  const registry = hasHost ? hostOf(text, first.toLowerCase()) : 'docker.io'
  const components = hasHost ? rest : [first, ...rest]
  if (!components.every((component) => pathComponentPattern.test(component))) {
    throw invalid(text, 'a repository is lower-case letters and digits, joined by ".", "_", "-" and "/"')
  }
  const repository = (
    registry === 'docker.io' && components.length === 1 ? ['library', ...components] : components
  ).join('/')
  if (registry.length + 1 + repository.length > maxNameLength) {
    throw invalid(text, `a name has at most ${maxNameLength} characters`)
  }
  return { registry, repository }
}

function hostOf(text: string, host: string): string {
  if (host === 'index.docker.io' || host === 'registry-1.docker.io') return 'docker.io'
  // The pattern bounds the characters; the URL parser knows which addresses and ports exist.
  if (hostPattern.test(host) && URL.canParse(`https://${host}`) && !host.endsWith(':0')) return host
  throw invalid(text, `"${printable(host)}" is no registry host; write host or host:port`)
}

function invalid(text: string, hint: string): RegistryError {
  return new RegistryError('invalid_reference', `"${printable(text)}" is not an image reference: ${hint}`)
}

function printable(text: string): string {
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text
  return short.replace(/[^\x20-\x7e…]/g, '?')
}
