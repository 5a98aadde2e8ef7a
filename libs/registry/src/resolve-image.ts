import { fetchConfig, fetchManifest, type FetchedManifest } from './fetch-document.ts'
import { readImageMetadata, type ImageMetadata } from './image-metadata.ts'
import { formatRepository, parseImageReference, type ImageReference } from './image-reference.ts'
import {
  manifestMediaTypes,
  type ConfigDocument,
  type IndexDocument,
  type ManifestDocument,
} from './manifest-schema.ts'
import { RegistryError } from './registry-error.ts'
import { openSession, type RegistryOptions, type RegistrySession } from './registry-session.ts'

export type ImageLayer = { readonly digest: string; readonly sizeBytes: number }

/** One image of one platform. */
export type ResolvedManifest = {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly manifestDigest: string
  readonly configDigest: string
  /** Compressed layers and the configuration: what a machine with nothing in common pulls. */
  readonly sizeBytes: number
  readonly layers: readonly ImageLayer[]
  readonly labels: Readonly<Record<string, string>>
}

export type ResolvedImage = ImageMetadata & {
  /** `registry/repository`. */
  readonly repository: string
  readonly tag?: string
  /** Null for an image that is not behind an index. */
  readonly indexDigest: string | null
  /** Of the document that the reference names; empty if nobody says. */
  readonly mediaType: string
  /** Of the document that the reference names. */
  readonly annotations: Readonly<Record<string, string>>
  /** Every linux platform once, in the order of the index; never empty. */
  readonly manifests: readonly ResolvedManifest[]
}

export type ResolveImageOptions = RegistryOptions & {
  /** Fail with `architecture_missing` unless the image has all of these. */
  readonly architectures?: readonly string[]
}

type PlatformImage = ResolvedManifest & {
  readonly annotations: Readonly<Record<string, string>>
  readonly created: string | undefined
}

type IndexEntry = IndexDocument['manifests'][number]

/**
 * Asks the registry what a reference is now: its index, and for each linux platform manifest, configuration and
 * sizes. Every digest is verified against the bytes. Without tag and digest the tag is `latest`; with both, the digest
 * is what counts. Throws RegistryError.
 */
export async function resolveImage(
  reference: string | ImageReference,
  options: ResolveImageOptions = {},
): Promise<ResolvedImage> {
  const ref = typeof reference === 'string' ? parseImageReference(reference) : reference
  const tag = ref.tag ?? (ref.digest === undefined ? 'latest' : undefined)
  const session = await openSession(ref, options)
  const top = await fetchManifest(session, ref.digest ?? tag ?? 'latest')
  const images = top.kind === 'index' ? await indexImages(session, top) : [await platformImage(session, top)]
  assertLinux(formatRepository(ref), images)
  assertArchitectures(formatRepository(ref), images, options.architectures ?? [])
  const metadata = readImageMetadata({
    index: top.document.annotations,
    manifests: images.map((image) => image.annotations),
    labels: images.map((image) => image.labels),
    created: images.map((image) => image.created),
  })
  return {
    repository: formatRepository(ref),
    ...(tag === undefined ? {} : { tag }),
    indexDigest: top.kind === 'index' ? top.digest : null,
    mediaType: top.mediaType,
    annotations: top.document.annotations,
    manifests: images.map(({ annotations: _annotations, created: _created, ...manifest }) => manifest),
    ...metadata,
  }
}

async function indexImages(
  session: RegistrySession,
  index: FetchedManifest & { kind: 'index' },
): Promise<PlatformImage[]> {
  const entries = index.document.manifests.filter(isLinuxImage)
  if (entries.length > session.http.maxManifests) {
    const message = `The index holds ${entries.length} images, more than ${session.http.maxManifests}: push a smaller one`
    throw new RegistryError('too_large', message)
  }
  const images = new Map<string, PlatformImage>()
  for (const entry of entries) {
    const image = await entryImage(session, entry)
    const platform = `${image.architecture}/${image.variant ?? ''}`
    if (!images.has(platform)) images.set(platform, image)
  }
  return [...images.values()]
}

// Attestations and signatures hide in an index behind an unknown platform or a reference type.
function isLinuxImage(entry: IndexEntry): boolean {
  if (entry.annotations['vnd.docker.reference.type'] !== undefined) return false
  if (entry.mediaType !== undefined && !manifestMediaTypes.includes(entry.mediaType)) return false
  return entry.platform?.os === 'linux' && entry.platform.architecture !== 'unknown'
}

async function entryImage(session: RegistrySession, entry: IndexEntry): Promise<PlatformImage> {
  const fetched = await fetchManifest(session, entry.digest)
  if (fetched.kind === 'index') {
    const message = `${entry.digest} is an index inside an index: push an index of images`
    throw new RegistryError('unsupported_manifest', message)
  }
  const image = await platformImage(session, fetched)
  const { os, architecture, variant } = entry.platform ?? image
  if (os !== image.os || architecture !== image.architecture) {
    const message = `The index calls ${entry.digest} ${os}/${architecture}, but it is for ${image.os}/${image.architecture}`
    throw new RegistryError('unsupported_manifest', `${message}: rebuild it for the right platform`)
  }
  return { ...image, ...(variant === undefined ? {} : { variant }) }
}

async function platformImage(
  session: RegistrySession,
  manifest: FetchedManifest & { kind: 'manifest' },
): Promise<PlatformImage> {
  const config = await fetchConfig(session, manifest.document.config.digest)
  return describe(manifest.digest, manifest.document, config)
}

function describe(manifestDigest: string, manifest: ManifestDocument, config: ConfigDocument): PlatformImage {
  const layers = manifest.layers.map(({ digest, size }) => ({ digest, sizeBytes: size }))
  return {
    os: config.os,
    architecture: config.architecture,
    ...(config.variant === undefined ? {} : { variant: config.variant }),
    manifestDigest,
    configDigest: manifest.config.digest,
    sizeBytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, manifest.config.size),
    layers,
    labels: config.config.Labels,
    annotations: manifest.annotations,
    created: config.created ?? undefined,
  }
}

function assertLinux(repository: string, images: readonly PlatformImage[]): void {
  if (images.length > 0 && images.every((image) => image.os === 'linux')) return
  throw new RegistryError('unsupported_manifest', `${repository} holds no linux image there: build and push one`)
}

function assertArchitectures(repository: string, images: readonly PlatformImage[], wanted: readonly string[]): void {
  const present = images.map((image) => image.architecture)
  const missing = wanted.filter((architecture) => !present.includes(architecture))
  if (missing.length === 0) return
  const message = `${repository} has no image for ${missing.join(', ')}, only for ${present.join(', ')}: build it for all`
  throw new RegistryError('architecture_missing', message)
}
