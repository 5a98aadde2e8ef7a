import { z } from 'zod'

export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const

export const indexMediaTypes: readonly string[] = [mediaTypes.ociIndex, mediaTypes.dockerList]
export const manifestMediaTypes: readonly string[] = [mediaTypes.ociManifest, mediaTypes.dockerManifest]

export const configMediaTypes: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]

// What is fetched must be sha256, because its bytes are verified; layers are only counted.
const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const anyDigest = z.string().regex(/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]{32,256}$/)
const sizeBytes = z.number().int().nonnegative()
// Whoever keeps them in a database could not: NUL, and half of a surrogate pair, are no text.
const text = z.string().regex(/^[^\0\p{Surrogate}]*$/u, 'holds a character that no text can have')
const word = text.max(128)

const stringMap = z
  .record(text, text)
  .nullish()
  .transform((map) => map ?? {})

const platform = z.object({ os: word, architecture: word, variant: word.optional() })

export const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  annotations: stringMap,
  manifests: z.array(
    z.object({
      mediaType: z.string().optional(),
      digest: sha256,
      annotations: stringMap,
      platform: platform.nullish(),
    }),
  ),
})

export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  annotations: stringMap,
  config: z.object({ mediaType: z.string(), digest: sha256, size: sizeBytes }),
  layers: z.array(z.object({ digest: anyDigest, size: sizeBytes })).max(1024),
})

export const configSchema = z.object({
  os: word,
  architecture: word.min(1),
  variant: word.optional(),
  created: z.string().nullish(),
  config: z
    .object({ Labels: stringMap })
    .nullish()
    .transform((config) => config ?? { Labels: {} }),
})

export type IndexDocument = z.infer<typeof indexSchema>
export type ManifestDocument = z.infer<typeof manifestSchema>
export type ConfigDocument = z.infer<typeof configSchema>
