import { createHash } from 'node:crypto'
import type { BootBehaviour, ImageContent, Layer, TableImage } from './machine-state.ts'

export interface FakeImageOptions {
  architectures?: string[] | undefined
  version?: string | undefined
  /** Layers with their compressed size in bytes; layers of the same digest are shared between images. */
  layers?: Layer[] | undefined
  boot?: BootBehaviour | undefined
  /** Two images with the same config and different manifests, such as a recompressed push, share this text. */
  config?: string | undefined
}

/** A sha256 digest that stands for a text. */
export function fakeDigest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/**
 * An image that needs no registry, for the table of a `FakeMachine`: an index and a manifest per architecture. The same
 * name gives the same digests.
 */
export function fakeImage(name: string, options: FakeImageOptions = {}): TableImage & { indexDigest: string } {
  const { architectures = ['amd64', 'arm64'], version = name, boot = null, config = name } = options
  const manifests = architectures.map((architecture): [string, ImageContent] => [
    architecture,
    {
      digest: fakeDigest(`manifest ${name} ${architecture}`),
      configDigest: fakeDigest(`config ${config} ${architecture}`),
      architecture,
      layers: options.layers ?? [
        { digest: fakeDigest(`base layer ${architecture}`), size: 40_000_000 },
        { digest: fakeDigest(`layer ${name} ${architecture}`), size: 8_000_000 },
      ],
      version,
      timestamp: '2026-01-02T03:04:05Z',
      boot,
    },
  ])
  return { indexDigest: fakeDigest(`index ${name}`), manifests: Object.fromEntries(manifests) }
}

/** The manifest of one architecture. */
export function manifestOf(image: TableImage, architecture: string): ImageContent {
  const content = image.manifests[architecture]
  if (!content)
    throw new Error(`The image has no manifest for ${architecture}: it has ${Object.keys(image.manifests).join(', ')}`)
  return content
}
