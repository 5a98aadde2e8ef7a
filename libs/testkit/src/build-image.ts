import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export type BuildImageOptions = {
  /** `org.opencontainers.image.version` on the index (or manifest), and the label `version`. */
  readonly version?: string
  /** Default `['amd64', 'arm64']`. */
  readonly architectures?: readonly string[]
  /** Contents of the layers, any text; equal text for the same architecture gives the same layer. */
  readonly layers?: readonly string[]
  /** On the index, or on the manifest if there is no index. */
  readonly annotations?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  /** ISO 8601; a fixed date by default, so that equal options give equal digests. */
  readonly created?: string
  /** False gives one bare manifest of the first architecture. Default true. */
  readonly index?: boolean
  /** Also put an attestation manifest for `unknown/unknown` into the index, as buildkit does. */
  readonly attestation?: boolean
}

export type ImageDescriptor = {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export type BuiltManifest = {
  readonly architecture: string
  readonly manifestDigest: string
  readonly configDigest: string
  readonly layers: readonly { readonly digest: string; readonly sizeBytes: number }[]
  /** Compressed layers and configuration. */
  readonly sizeBytes: number
}

export type BuiltImage = {
  /** What a tag points to: the index, or the bare manifest. */
  readonly top: ImageDescriptor
  readonly indexDigest: string | null
  readonly manifests: readonly BuiltManifest[]
  /** Layers and configurations by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>
  /** Manifests and index, each after what it refers to. */
  readonly documents: readonly (ImageDescriptor & { readonly bytes: Buffer })[]
}

type Build = { blobs: Map<string, Buffer>; documents: (ImageDescriptor & { bytes: Buffer })[] }

const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip'
const ociType = (name: string) => `application/vnd.oci.image.${name}+json`

/** Builds an OCI image in memory: gzip layers, configurations, manifests and an index over the architectures. */
export function buildImage(options: BuildImageOptions = {}): BuiltImage {
  const build: Build = { blobs: new Map(), documents: [] }
  const [first = 'amd64', ...others] = options.architectures ?? ['amd64', 'arm64']
  const version = options.version === undefined ? {} : { 'org.opencontainers.image.version': options.version }
  const annotations = { ...version, ...options.annotations }
  if (options.index === false) {
    const { manifest, descriptor } = buildManifest(build, first, { ...options, annotations })
    return { top: descriptor, indexDigest: null, manifests: [manifest], ...build }
  }
  const built = [first, ...others].map((architecture) =>
    buildManifest(build, architecture, { ...options, annotations: {} }),
  )
  const entries: object[] = built.map(({ manifest, descriptor }) => ({
    ...descriptor,
    platform: { os: 'linux', architecture: manifest.architecture },
  }))
  if (options.attestation === true) entries.push(buildAttestation(build, built[0]?.descriptor.digest ?? ''))
  const top = addDocument(build, ociType('index.v1'), { manifests: entries, annotations })
  return { top, indexDigest: top.digest, manifests: built.map(({ manifest }) => manifest), ...build }
}

/** Writes the image as an OCI layout directory, to be read with `oci:<folder>:<tag>`. */
export async function writeOciLayout(folder: string, image: BuiltImage, tag: string): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  for (const [digest, bytes] of image.blobs) await writeFile(join(blobs, digest.slice(7)), bytes)
  for (const { digest, bytes } of image.documents) await writeFile(join(blobs, digest.slice(7)), bytes)
  const manifests = [{ ...image.top, annotations: { 'org.opencontainers.image.ref.name': tag } }]
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
}

function buildManifest(build: Build, architecture: string, options: BuildImageOptions) {
  const layers = (options.layers ?? ['base', `os ${options.version ?? ''}`]).map((text) => {
    const content = Buffer.from(`${architecture}\n${text}\n`)
    return {
      diffId: digestOf(content),
      ...addBlob(build, layerType, gzipSync(content)),
    }
  })
  const config = addBlob(
    build,
    ociType('config.v1'),
    Buffer.from(
      JSON.stringify({
        created: options.created ?? '2026-01-02T03:04:05Z',
        os: 'linux',
        architecture,
        config: {
          Labels: { ...(options.version === undefined ? {} : { version: options.version }), ...options.labels },
        },
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      }),
    ),
  )
  const descriptor = addDocument(build, ociType('manifest.v1'), {
    config,
    layers: layers.map(({ diffId: _diffId, ...layer }) => layer),
    annotations: options.annotations,
  })
  const manifest: BuiltManifest = {
    architecture,
    manifestDigest: descriptor.digest,
    configDigest: config.digest,
    layers: layers.map(({ digest, size }) => ({ digest, sizeBytes: size })),
    sizeBytes: layers.reduce((sum, { size }) => sum + size, config.size),
  }
  return { manifest, descriptor }
}

function buildAttestation(build: Build, subject: string): object {
  const config = addBlob(build, ociType('config.v1'), Buffer.from('{"os":"unknown","architecture":"unknown"}'))
  const layers = [addBlob(build, 'application/vnd.in-toto+json', Buffer.from('{}'))]
  return {
    ...addDocument(build, ociType('manifest.v1'), { config, layers }),
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': subject },
  }
}

function addBlob(build: Build, mediaType: string, bytes: Buffer): ImageDescriptor {
  const digest = digestOf(bytes)
  build.blobs.set(digest, bytes)
  return { mediaType, digest, size: bytes.length }
}

function addDocument(build: Build, mediaType: string, content: object): ImageDescriptor {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }))
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
  build.documents.push({ ...descriptor, bytes })
  return descriptor
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
