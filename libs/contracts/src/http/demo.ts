import { z } from 'zod'
import { Because, NamedRef } from './common.ts'
import { endpoint } from './endpoint.ts'

const tag = 'demo'

/**
 * `wanted`: asked for when the installation was set up, not there yet. `removing`: removal began and was interrupted;
 * removing again goes on.
 */
export const DemoState = z.enum(['none', 'wanted', 'active', 'removing'])

/** The simulated fleet that a new installation begins with. */
export const Demo = z
  .object({
    state: DemoState,
    /** Null unless the demo is there, or once they are removed. */
    channel: NamedRef.nullable(),
    group: NamedRef.nullable(),
    policy: NamedRef.nullable(),
    /** Simulated devices that are in the demo's group now. */
    devices: z.number().int().min(0),
    /** Releases of the demo's channel, the oldest first, each with the newest rollout that brings it. */
    releases: z.array(
      z.object({
        id: z.uuid(),
        version: z.string().nullable(),
        tag: z.string().nullable(),
        rollout: z.object({ id: z.uuid(), state: z.string() }).nullable(),
      }),
    ),
    /** What to try next; `release` in it names the release that it is about. */
    hint: Because.nullable(),
  })
  .meta({ id: 'Demo' })
export type Demo = z.infer<typeof Demo>

export const StartDemo = z
  .strictObject({
    /** `registry/repository` of the demo's images. */
    repository: z.string().min(1).max(255),
  })
  .meta({ id: 'StartDemo' })

export const demo = {
  get: endpoint({
    method: 'GET',
    path: '/v1/demo',
    summary: 'Say whether the organization has a demo, and what is in it',
    tag,
    status: 200,
    response: Demo,
  }),
  start: endpoint({
    method: 'POST',
    path: '/v1/demo',
    summary: 'Set up a demo in an organization without devices and channels; again, it answers with the one there is',
    tag,
    status: 200,
    body: StartDemo,
    response: Demo,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/demo',
    summary: 'Remove the demo and nothing else; again, it goes on where it was',
    tag,
    status: 200,
    response: Demo,
  }),
}
