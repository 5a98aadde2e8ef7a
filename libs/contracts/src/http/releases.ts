import { z } from 'zod'
import { IdParams, Instant, Key, NamedRef, PageQuery, pageOf } from './common.ts'
import { endpoint } from './endpoint.ts'

const tag = 'releases'
const text = z.string().max(512).nullable()

export const ReleaseManifest = z
  .object({
    architecture: z.string(),
    manifestDigest: z.string(),
    configDigest: z.string(),
    /** Compressed layers and configuration. */
    sizeBytes: z.number().int().min(0),
    layers: z.array(z.object({ digest: z.string(), sizeBytes: z.number().int().min(0) })),
  })
  .meta({ id: 'ReleaseManifest' })

export const DeadEnd = z.object({ reason: z.string(), mayLeave: z.boolean() }).meta({ id: 'DeadEnd' })

export const Release = z
  .object({
    id: z.uuid(),
    channel: NamedRef,
    repository: z.string(),
    tag: text,
    /** Null for an image without an index; then it has one manifest. */
    indexDigest: text,
    version: text,
    revision: text,
    source: text,
    baseImage: text,
    imageCreatedAt: Instant.nullable(),
    notes: z.string(),
    annotations: z.record(z.string(), z.string()),
    /** Must be booted before anything newer: a device from before it goes through it first. */
    barrier: z.boolean(),
    /** Offered to nobody any more; devices on it stay until they may leave. */
    deadEnd: DeadEnd.nullable(),
    /** Only devices on this release or a newer one may take it. */
    minimumFrom: NamedRef.nullable(),
    manifests: z.array(ReleaseManifest),
    createdBy: z.string(),
    createdAt: Instant,
  })
  .meta({ id: 'Release' })
export type Release = z.infer<typeof Release>

const Version = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}$/, 'must be 1 to 128 letters, digits, ".", "_", "+", "~", "-"')
const notes = z.string().max(10_000)
/** Id, version, tag or digest of an older release of the channel. */
const olderRelease = z.string().min(1).max(200)

export const CreateRelease = z
  .strictObject({
    /** `repository:tag`, `repository@sha256:…`, or only `:tag` or `@sha256:…` of the channel's repository. */
    image: z.string().min(2).max(512),
    /** Otherwise what the image says of itself. */
    version: Version.optional(),
    notes: notes.optional(),
    barrier: z.boolean().optional(),
    minimumFrom: olderRelease.optional(),
  })
  .meta({ id: 'CreateRelease' })

export const UpdateRelease = z
  .strictObject({
    version: Version.optional(),
    notes: notes.optional(),
    barrier: z.boolean().optional(),
    /** Null: it is none any more. */
    deadEnd: z
      .strictObject({ reason: z.string().trim().min(1).max(500), mayLeave: z.boolean().default(false) })
      .nullish(),
    minimumFrom: olderRelease.nullish(),
  })
  .meta({ id: 'UpdateRelease' })

export const releases = {
  list: endpoint({
    method: 'GET',
    path: '/v1/channels/:channel/releases',
    summary: 'List the releases of a channel, the newest first',
    tag,
    status: 200,
    params: z.object({ channel: Key }),
    query: PageQuery,
    response: pageOf(Release, 'ReleasePage'),
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/channels/:channel/releases',
    summary: 'Publish an image to a channel; the same image again answers with the release it has',
    tag,
    status: 201,
    params: z.object({ channel: Key }),
    body: CreateRelease,
    response: Release,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/releases/:id',
    summary: 'Get a release',
    tag,
    status: 200,
    params: IdParams,
    response: Release,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/v1/releases/:id',
    summary: 'Change version, notes, or the place of a release in the update graph',
    tag,
    status: 200,
    params: IdParams,
    body: UpdateRelease,
    response: Release,
  }),
}
