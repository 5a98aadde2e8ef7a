import { z } from 'zod'
import { IdParams, Instant, PageQuery, pageOf } from './common.ts'
import { endpoint } from './endpoint.ts'

const tag = 'registries'

/** How bootfleet logs in to an image registry. The password is never shown again. */
export const Registry = z
  .object({
    id: z.uuid(),
    /** A registry, or `registry/repository`; the longest one that fits an image is used. */
    scope: z.string(),
    username: z.string(),
    /** Devices of the organization get it too, for their own pulls. */
    forDevices: z.boolean(),
    createdAt: Instant,
  })
  .meta({ id: 'Registry' })
export type Registry = z.infer<typeof Registry>

export const CreateRegistry = z
  .strictObject({
    scope: z.string().min(1).max(255),
    username: z.string().min(1).max(200),
    password: z.string().min(1).max(8192),
    /** Give it to the devices of the organization too: better one that may only read. */
    forDevices: z.boolean().optional(),
  })
  .meta({ id: 'CreateRegistry' })

export const UpdateRegistry = z
  .strictObject({
    username: z.string().min(1).max(200).optional(),
    password: z.string().min(1).max(8192).optional(),
    forDevices: z.boolean().optional(),
  })
  .meta({ id: 'UpdateRegistry' })

export const registries = {
  list: endpoint({
    method: 'GET',
    path: '/v1/registries',
    summary: 'List registry credentials by scope',
    tag,
    status: 200,
    query: PageQuery,
    response: pageOf(Registry, 'RegistryPage'),
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/registries',
    summary: 'Store registry credentials',
    tag,
    status: 201,
    body: CreateRegistry,
    response: Registry,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/v1/registries/:id',
    summary: 'Change registry credentials',
    tag,
    status: 200,
    params: IdParams,
    body: UpdateRegistry,
    response: Registry,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/registries/:id',
    summary: 'Delete registry credentials',
    tag,
    status: 204,
    params: IdParams,
  }),
}
