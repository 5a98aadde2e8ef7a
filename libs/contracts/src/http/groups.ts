import { z } from 'zod'
import { Because, Instant, Key, Name, NamedRef, PageQuery, pageOf } from './common.ts'
import { endpoint } from './endpoint.ts'
import { Blackouts, Budget, Windows } from './group-rules.ts'
import { Freeze } from './freeze.ts'

const tag = 'groups'
const params = z.object({ group: Key })
const description = z.string().max(500)

export const Group = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    channel: NamedRef.nullable(),
    budget: Budget,
    windows: Windows,
    blackouts: Blackouts,
    freeze: Freeze.nullable(),
    /** Devices in the group that are not removed. */
    devices: z.number().int().min(0),
    createdAt: Instant,
    /** Answers a change of the channel: what has to be done for the devices of the group, which it does not move. */
    notice: Because.optional(),
  })
  .meta({ id: 'Group' })
export type Group = z.infer<typeof Group>

const GroupFields = z.strictObject({
  description: description.optional(),
  channel: Key.nullable().optional(),
  budget: Budget.optional(),
  windows: Windows.optional(),
  blackouts: Blackouts.optional(),
})
export const CreateGroup = GroupFields.extend({ name: Name }).meta({ id: 'CreateGroup' })
export const UpdateGroup = GroupFields.extend({ name: Name.optional() }).meta({ id: 'UpdateGroup' })

export const groups = {
  list: endpoint({
    method: 'GET',
    path: '/v1/groups',
    summary: 'List groups by name',
    tag,
    status: 200,
    query: PageQuery,
    response: pageOf(Group, 'GroupPage'),
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/groups',
    summary: 'Create a group',
    tag,
    status: 201,
    body: CreateGroup,
    response: Group,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/groups/:group',
    summary: 'Get a group',
    tag,
    status: 200,
    params,
    response: Group,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/v1/groups/:group',
    summary: 'Change a group',
    tag,
    status: 200,
    params,
    body: UpdateGroup,
    response: Group,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/groups/:group',
    summary: 'Delete a group without devices',
    tag,
    status: 204,
    params,
  }),
}
