import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/**
 * What a live stream says: something changed, fetch it again. `ready` comes first on a new stream; `reset` says that
 * events were missed for good, so that everything shown must be fetched again.
 */
export const LiveEvent = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('ready') }),
    z.object({ kind: z.literal('reset') }),
    z.object({ kind: z.literal('rollout.changed'), rolloutId: z.uuid() }),
    z.object({ kind: z.literal('device.changed'), deviceIds: z.array(z.uuid()) }),
    z.object({ kind: z.literal('channel.changed'), channelId: z.uuid() }),
    z.object({ kind: z.literal('release.changed'), releaseId: z.uuid() }),
    z.object({ kind: z.literal('group.changed'), groupId: z.uuid() }),
    z.object({ kind: z.literal('policy.changed'), policyId: z.uuid() }),
    z.object({ kind: z.literal('enrollment.changed'), enrollmentId: z.uuid() }),
    z.object({ kind: z.literal('signal.changed'), signalId: z.uuid() }),
    z.object({ kind: z.literal('freeze.changed'), groupId: z.uuid().nullable() }),
  ])
  .meta({ id: 'LiveEvent' })
export type LiveEvent = z.infer<typeof LiveEvent>

/** Kinds of outbox rows that go out on live streams; the others are for the processes themselves. */
export const liveKinds = LiveEvent.options.map(({ shape }) => shape.kind.value)

export const live = {
  stream: endpoint({
    method: 'GET',
    path: '/v1/live',
    summary: 'Follow changes as server-sent events; `Last-Event-ID` resumes',
    tag: 'live',
    status: 200,
    stream: true,
    response: LiveEvent,
  }),
}
