import { createHash } from 'node:crypto'
import { tarOf } from './tar.ts'

const oci = (name: string) => `application/vnd.oci.image.${name}`
const layerType = oci('layer.v1.tar')

/** What a registry keeps under a digest. */
export interface Content {
  readonly mediaType: string
  readonly bytes: Buffer
}

/** An image for several architectures, as a registry serves it. */
export interface Image {
  readonly tag: string
  readonly indexDigest: string
  /** Manifest digests by architecture. */
  readonly manifests: Readonly<Record<string, string>>
  /** Index, manifests, configurations and layers, by digest. */
  readonly contents: ReadonlyMap<string, Content>
}

export interface ImageInput {
  readonly version: string
  readonly created: string
  readonly title: string
}

const architectures = ['amd64', 'arm64'] as const
const baseBytes = 768 * 1024
const osBytes = 192 * 1024

/**
 * A small stand-in for an operating system: a base layer that all versions of an architecture share, and one of its own.
 * Equal input gives equal digests, on every machine.
 */
export function buildImage({ version, created, title }: ImageInput): Image {
  const contents = new Map<string, Content>()
  const add = (mediaType: string, bytes: Buffer) => {
    const digest = digestOf(bytes)
    contents.set(digest, { mediaType, bytes })
    return { mediaType, digest, size: bytes.length }
  }
  const addJson = (name: string, document: object) => add(oci(`${name}+json`), Buffer.from(JSON.stringify(document)))
  const labels = {
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.created': created,
    'org.opencontainers.image.title': title,
  }
  const manifests = architectures.map((architecture) => {
    const tars = [
      tarOf('usr/share/base', noise(`base ${architecture}`, baseBytes)),
      tarOf('usr/lib/os-release', Buffer.from(`VERSION_ID=${version}\n`)),
      tarOf('usr/share/os', noise(`os ${architecture} ${version}`, osBytes)),
    ]
    const config = addJson('config.v1', {
      created,
      os: 'linux',
      architecture,
      config: { Labels: { ...labels, 'containers.bootc': '1' } },
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
    })
    const layers = tars.map((tar) => add(layerType, tar))
    const manifest = { schemaVersion: 2, mediaType: oci('manifest.v1+json'), config, layers }
    return { ...addJson('manifest.v1', manifest), platform: { os: 'linux', architecture } }
  })
  const mediaType = oci('index.v1+json')
  const index = addJson('index.v1', { schemaVersion: 2, mediaType, manifests, annotations: labels })
  const byArchitecture = manifests.map(({ platform, digest }) => [platform.architecture, digest])
  return { tag: version, indexDigest: index.digest, manifests: Object.fromEntries(byArchitecture), contents }
}

/** `size` bytes that look random and are always the same. */
function noise(seed: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  )
  return Buffer.concat(blocks, size)
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
