import { createHash } from 'node:crypto'
import type { z } from 'zod'
import {
  configMediaTypes,
  configSchema,
  indexMediaTypes,
  indexSchema,
  manifestMediaTypes,
  manifestSchema,
  type ConfigDocument,
  type IndexDocument,
  type ManifestDocument,
} from './manifest-schema.ts'
import { RegistryError } from './registry-error.ts'
import { registryGet } from './registry-get.ts'
import type { RegistrySession } from './registry-session.ts'

export type FetchedManifest = { readonly digest: string; readonly mediaType: string } & (
  | { readonly kind: 'index'; readonly document: IndexDocument }
  | { readonly kind: 'manifest'; readonly document: ManifestDocument }
)

const acceptManifests = [...indexMediaTypes, ...manifestMediaTypes].join(', ')

/** Gets an index or a manifest by tag or digest. `digest` is computed from the bytes; if one was asked for or claimed, it must be that. */
export async function fetchManifest(session: RegistrySession, tagOrDigest: string): Promise<FetchedManifest> {
  const path = `manifests/${tagOrDigest}`
  const request = { path, accept: acceptManifests, maxBytes: session.http.maxManifestBytes }
  const { body, headers } = await registryGet(session, request)
  const digest = digestOf(body)
  if (tagOrDigest.includes(':')) assertDigest(path, tagOrDigest, digest)
  const claimed = headers['docker-content-digest']
  if (typeof claimed === 'string' && claimed.startsWith('sha256:')) assertDigest(path, claimed, digest)
  const value = parseJson(path, body)
  const mediaType = mediaTypeOf(value, headers['content-type'])
  const hasManifests = Object.hasOwn(value, 'manifests')
  if (hasManifests === Object.hasOwn(value, 'layers')) throw unsupported(path, mediaType)
  if (hasManifests && (mediaType === '' || indexMediaTypes.includes(mediaType))) {
    return { kind: 'index', digest, mediaType, document: checked(path, indexSchema, value) }
  }
  if (hasManifests || (mediaType !== '' && !manifestMediaTypes.includes(mediaType))) throw unsupported(path, mediaType)
  const document = checked(path, manifestSchema, value)
  if (!configMediaTypes.includes(document.config.mediaType)) throw unsupported(path, document.config.mediaType)
  return { kind: 'manifest', digest, mediaType, document }
}

/** Gets an image configuration; its bytes must have the digest that the manifest gave. */
export async function fetchConfig(session: RegistrySession, digest: string): Promise<ConfigDocument> {
  const path = `blobs/${digest}`
  const request = { path, accept: '*/*', maxBytes: session.http.maxConfigBytes }
  const { body } = await registryGet(session, request)
  assertDigest(path, digest, digestOf(body))
  return checked(path, configSchema, parseJson(path, body))
}

// The document's own word goes before the header's, which some registries make up.
function mediaTypeOf(value: object, contentType: string | undefined): string {
  if ('mediaType' in value && typeof value.mediaType === 'string') return value.mediaType
  const fromHeader = contentType?.split(';')[0]?.trim() ?? ''
  return [...indexMediaTypes, ...manifestMediaTypes].includes(fromHeader) || fromHeader.includes('vnd.')
    ? fromHeader
    : ''
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function assertDigest(path: string, expected: string, actual: string): void {
  if (expected === actual) return
  const advice = 'the registry or something before it is broken or altered the content; do not use this image'
  throw new RegistryError('digest_mismatch', `${path} should be ${expected} but its content is ${actual}: ${advice}`)
}

function parseJson(path: string, body: Buffer): object {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Falls through: not JSON and not an object are the same to the caller.
  }
  throw new RegistryError('invalid_response', `${path} is not a JSON object: check that this is an OCI registry`)
}

function checked<Schema extends z.ZodType>(path: string, schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`
  throw new RegistryError('invalid_manifest', `${path} is not valid${where.slice(0, 200)}: rebuild and push the image`)
}

function unsupported(path: string, mediaType: string): RegistryError {
  const found = mediaType === '' ? 'of an unknown type' : `of type ${mediaType.slice(0, 100)}`
  const advice = 'push a container image in OCI or docker schema 2 format'
  return new RegistryError('unsupported_manifest', `${path} is ${found}, not an image: ${advice}`)
}
