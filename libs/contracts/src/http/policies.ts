import { z } from 'zod'
import { Instant, Key, Name, PageQuery, pageOf } from './common.ts'
import { endpoint } from './endpoint.ts'
import { PolicyInput } from './policy-spec.ts'

const tag = 'policies'
const params = z.object({ policy: Key })
const description = z.string().max(500)

/** A recipe with every default written out. */
export const PolicyDocument = z.object(PolicyInput.shape).meta({ id: 'PolicyDocument' })
export type PolicyDocument = z.output<typeof PolicyDocument>

export const Policy = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    /** Grows with each change of the recipe; rollouts keep the one they started with. */
    version: z.number().int().min(1),
    spec: PolicyDocument,
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Policy' })
export type Policy = z.infer<typeof Policy>

/** A recipe that the policy has or had. */
export const PolicyVersion = z
  .object({ version: z.number().int().min(1), spec: PolicyDocument, createdBy: z.string(), createdAt: Instant })
  .meta({ id: 'PolicyVersion' })
export type PolicyVersion = z.infer<typeof PolicyVersion>

export const CreatePolicy = z
  .strictObject({ name: Name, description: description.optional(), spec: PolicyInput.default(PolicyInput.parse({})) })
  .meta({ id: 'CreatePolicy' })

export const UpdatePolicy = z
  .strictObject({
    name: Name.optional(),
    description: description.optional(),
    spec: PolicyInput.optional(),
    /** The version that was read before the change was made: when it is another one by now, nothing is changed. */
    version: z.number().int().min(1).optional(),
  })
  .meta({ id: 'UpdatePolicy' })

export const policies = {
  list: endpoint({
    method: 'GET',
    path: '/v1/policies',
    summary: 'List policies by name',
    tag,
    status: 200,
    query: PageQuery,
    response: pageOf(Policy, 'PolicyPage'),
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/policies',
    summary: 'Create a policy',
    tag,
    status: 201,
    body: CreatePolicy,
    response: Policy,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/policies/:policy',
    summary: 'Get a policy',
    tag,
    status: 200,
    params,
    response: Policy,
  }),
  versions: endpoint({
    method: 'GET',
    path: '/v1/policies/:policy/versions',
    summary: 'List the versions of a policy, the newest first',
    tag,
    status: 200,
    params,
    query: PageQuery,
    response: pageOf(PolicyVersion, 'PolicyVersionPage'),
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/v1/policies/:policy',
    summary: 'Change a policy; a given spec replaces the whole recipe',
    tag,
    status: 200,
    params,
    body: UpdatePolicy,
    response: Policy,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/policies/:policy',
    summary: 'Delete a policy; channels that named it have no default then',
    tag,
    status: 204,
    params,
  }),
}
