import { z } from 'zod'
import { Instant, Key, Name, NamedRef, PageQuery, pageOf } from './common.ts'
import { Digest } from '../mqtt/ids.ts'
import { endpoint } from './endpoint.ts'
import { Release } from './releases.ts'
import { RolloutRelease } from './rollout-views.ts'

const tag = 'channels'
const params = z.object({ channel: Key })
const description = z.string().max(500)

export const Channel = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    /** `registry/repository` of every release of the channel. */
    repository: z.string(),
    /** The release that the channel's devices belong on. */
    current: RolloutRelease.nullable(),
    /** Devices refuse images that are not signed as their own policy wants it. */
    requireSignatures: z.boolean(),
    defaultPolicy: NamedRef.nullable(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Channel' })
export type Channel = z.infer<typeof Channel>

export const CreateChannel = z
  .strictObject({
    name: Name,
    repository: z.string().min(1).max(255),
    description: description.optional(),
    defaultPolicy: Key.nullable().optional(),
    requireSignatures: z.boolean().optional(),
  })
  .meta({ id: 'CreateChannel' })

export const UpdateChannel = z
  .strictObject({
    name: Name.optional(),
    description: description.optional(),
    defaultPolicy: Key.nullable().optional(),
    requireSignatures: z.boolean().optional(),
  })
  .meta({ id: 'UpdateChannel' })

/** A digest that devices of the channel's groups run; the one that most of them run and no release has, if not given. */
export const AdoptDigest = z
  .strictObject({
    digest: Digest.optional(),
    version: z.string().min(1).max(128).optional(),
    notes: z.string().max(10_000).optional(),
  })
  .prefault({})
  .meta({ id: 'AdoptDigest' })

export const channels = {
  list: endpoint({
    method: 'GET',
    path: '/v1/channels',
    summary: 'List channels by name',
    tag,
    status: 200,
    query: PageQuery,
    response: pageOf(Channel, 'ChannelPage'),
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/channels',
    summary: 'Create a channel',
    tag,
    status: 201,
    body: CreateChannel,
    response: Channel,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/channels/:channel',
    summary: 'Get a channel',
    tag,
    status: 200,
    params,
    response: Channel,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/v1/channels/:channel',
    summary: 'Change a channel',
    tag,
    status: 200,
    params,
    body: UpdateChannel,
    response: Channel,
  }),
  adopt: endpoint({
    method: 'POST',
    path: '/v1/channels/:channel/adopt',
    summary: 'Make a release of the image that devices of the channel run already',
    tag,
    status: 200,
    params,
    body: AdoptDigest,
    response: Release,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/channels/:channel',
    summary: 'Delete a channel that no group follows and that had no rollout',
    tag,
    status: 204,
    params,
  }),
}
