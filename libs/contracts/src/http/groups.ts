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

const count = z.number().int().min(0)

/** How much of a group's budget is used now, over all rollouts. */
export const GroupUsage = z
  .object({
    /** Devices in the group that are not removed. */
    devices: count,
    /** Devices that may be away to apply at a time. */
    slots: count,
    /** Devices that hold a slot: on their way to apply, or not heard of as healthy since. */
    taken: count,
    /** Those of them whose attempt has ended, badly or taken back: they hold their slots until they report healthy. */
    notBack: count,
    /** Devices that may be granted now as far as the budget of the group goes. */
    free: count,
    downloading: count,
    maxDownloading: count,
    /** The label that the budget counts by too. */
    label: z.string().nullable(),
    /** Its values that hold slots, the fullest first; at most 100. Every other value has room. */
    buckets: z.array(
      z.object({ value: z.string().nullable(), slots: count, taken: count, holders: z.array(z.string()) }),
    ),
    /** Why nothing is granted whatever the budget says: a freeze, or a closed window. */
    closed: Because.nullable(),
  })
  .meta({ id: 'GroupUsage' })
export type GroupUsage = z.infer<typeof GroupUsage>

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
  usage: endpoint({
    method: 'GET',
    path: '/v1/groups/:group/usage',
    summary: 'Say how much of the budget of a group is used now',
    tag,
    status: 200,
    params,
    response: GroupUsage,
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
