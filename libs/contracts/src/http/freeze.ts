import { z } from 'zod'
import { Instant, Key, ReasonInput } from './common.ts'
import { endpoint } from './endpoint.ts'

const tag = 'freeze'
const params = z.object({ group: Key })

/** While it lasts nothing is granted. */
export const Freeze = z.object({ since: Instant, by: z.string(), reason: z.string() }).meta({ id: 'Freeze' })
export type Freeze = z.infer<typeof Freeze>

export const StartFreeze = z.strictObject({ reason: ReasonInput }).meta({ id: 'StartFreeze' })

export const freeze = {
  start: endpoint({
    method: 'POST',
    path: '/v1/freeze',
    summary: 'Grant nothing in the whole organization from now on',
    tag,
    status: 200,
    body: StartFreeze,
    response: Freeze,
  }),
  end: endpoint({
    method: 'DELETE',
    path: '/v1/freeze',
    summary: 'Lift the freeze of the organization',
    tag,
    status: 204,
  }),
  startGroup: endpoint({
    method: 'POST',
    path: '/v1/groups/:group/freeze',
    summary: 'Grant nothing in a group from now on',
    tag,
    status: 200,
    params,
    body: StartFreeze,
    response: Freeze,
  }),
  endGroup: endpoint({
    method: 'DELETE',
    path: '/v1/groups/:group/freeze',
    summary: 'Lift the freeze of a group',
    tag,
    status: 204,
    params,
  }),
}
