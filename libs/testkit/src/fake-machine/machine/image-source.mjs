import { createHash } from 'node:crypto'
import { BootcError } from './errors.mjs'
import { hangOrDie } from './fault-points.mjs'
import { manifestName, parseReference } from './reference.mjs'
import { openRepository } from './registry.mjs'
import { readState, takeFault } from './state.mjs'

/** @typedef {import('../machine-state.ts').ImageContent} ImageContent */
/** @typedef {import('../machine-state.ts').Layer} Layer */
/** @typedef {{ content: ImageContent, fetchLayer: (layer: Layer, onBytes: (bytes: number) => Promise<void>) => Promise<void> }} RemoteImage */

/** How a pushed image says what happens when it boots. */
const bootLabel = 'dev.bootfleet.fake.boot'

/** @type {Record<string, (name: string) => string>} */
const faultTexts = {
  auth: (name) => `reading manifest ${name}: unauthorized: authentication required`,
  denied: (name) => `reading manifest ${name}: denied: requested access to the resource is denied`,
  'not-found': (name) => `reading manifest ${name}: manifest unknown`,
  throttled: (name) => `reading manifest ${name}: toomanyrequests: Too Many Requests`,
  network: () => 'pinging container registry: dial tcp: connect: connection refused',
  dns: () => 'pinging container registry: dial tcp: lookup registry: no such host',
  tls: () =>
    'pinging container registry: tls: failed to verify certificate: x509: certificate signed by unknown authority',
  policy: (name) => `Source image rejected: A signature was required, but no signature exists for ${name}`,
}

/**
 * @param {string} root
 * @param {string} name
 */
function failIfInjected(root, name) {
  const fault = takeFault(root, ({ kind }) => kind in faultTexts)
  if (fault) throw new BootcError(`failed to invoke method OpenImage: ${faultTexts[fault.kind]?.(name)}`)
}

/** @param {string} architecture */
function noSuchArchitecture(architecture) {
  return new BootcError(
    `failed to invoke method OpenImage: choosing image instance: no image found in image index for architecture "${architecture}", variant "", OS "linux"`,
  )
}

/**
 * @param {import('../machine-state.ts').MachineState} state
 * @param {import('./reference.mjs').Reference} reference
 * @returns {ImageContent | null | undefined} undefined: the table does not know the repository
 */
function fromTable(state, { repository, tag, digest }) {
  const images = Object.entries(state.table).filter(([name]) => parseReference(name).repository === repository)
  if (images.length === 0) return undefined
  for (const [name, { indexDigest, manifests }] of images) {
    const byTag = digest === null && parseReference(name).tag === tag
    if (byTag || (digest !== null && digest === indexDigest)) {
      const content = manifests[state.architecture]
      if (!content) throw noSuchArchitecture(state.architecture)
      return content
    }
    const exact = Object.values(manifests).find((manifest) => manifest.digest === digest)
    if (exact) return exact
  }
  return null
}

/**
 * @param {string} root
 * @param {import('./reference.mjs').Reference} reference
 * @returns {Promise<RemoteImage>}
 */
async function fromRegistry(root, reference) {
  const { architecture } = readState(root)
  const repository = openRepository(root, reference)
  let { digest, document } = await repository.manifest(repository.name)
  if (Array.isArray(document.manifests)) {
    const child = document.manifests.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
    )
    if (!child) throw noSuchArchitecture(architecture)
    ;({ digest, document } = await repository.manifest(child.digest))
  }
  const config = await repository.config(document.config.digest)
  const labels = config.config?.Labels ?? {}
  return {
    content: {
      digest,
      configDigest: document.config.digest,
      architecture: config.architecture ?? architecture,
      layers: document.layers.map((layer) => ({ digest: layer.digest, size: layer.size })),
      version: labels['org.opencontainers.image.version'] ?? labels.version ?? null,
      timestamp: labels['org.opencontainers.image.created'] ?? config.created ?? null,
      boot: labels[bootLabel] ?? null,
    },
    fetchLayer: (layer, onBytes) => repository.blob(layer.digest, onBytes),
  }
}

/**
 * Finds an image in the table of the machine or in a real registry.
 * @param {string} root
 * @param {string} image reference as typed
 * @returns {Promise<RemoteImage>}
 * @throws {BootcError} with the texts of the real tools
 */
export async function findImage(root, image) {
  await hangOrDie(root, 'resolve')
  const reference = parseReference(image)
  failIfInjected(root, image)
  const content = fromTable(readState(root), reference)
  if (content === null) {
    const name = manifestName(reference)
    throw new BootcError(
      `failed to invoke method OpenImage: reading manifest ${name} in ${reference.repository}: manifest unknown`,
    )
  }
  if (content !== undefined) {
    return { content, fetchLayer: (layer, onBytes) => onBytes(layer.size) }
  }
  try {
    return await fromRegistry(root, reference)
  } catch (error) {
    if (error instanceof BootcError && !error.message.startsWith('failed to invoke')) {
      throw new BootcError(`failed to invoke method OpenImage: ${error.message}`)
    }
    throw error
  }
}

/**
 * A digest made of a text, for what needs one and has none.
 * @param {string} text
 */
export function sha256Hex(text) {
  return createHash('sha256').update(text).digest('hex')
}
