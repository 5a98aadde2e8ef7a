import { z } from 'zod'

/**
 * What an outbox row says: a hint that something changed, written in the transaction that changed it. It carries ids
 * only; whoever acts on it reads the truth from PostgreSQL.
 */
export const Event = z.discriminatedUnion('kind', [
  /** A rollout may have something to decide. */
  z.object({ kind: z.literal('rollout.due'), rolloutId: z.uuid() }),
  /** A rollout moved: waves, targets, state. */
  z.object({ kind: z.literal('rollout.changed'), rolloutId: z.uuid() }),
  /** Desired documents wait to be sent. */
  z.object({ kind: z.literal('desired.changed') }),
  /** Devices reported something new, came, went or were edited. At most 100 ids; more are told in several events. */
  z.object({ kind: z.literal('device.changed'), deviceIds: z.array(z.uuid()).max(100) }),
  /** A device must be put off its connection now. */
  z.object({ kind: z.literal('device.kick'), deviceId: z.uuid(), why: z.enum(['revoked', 'removed', 'admin']) }),
  z.object({ kind: z.literal('channel.changed'), channelId: z.uuid() }),
  z.object({ kind: z.literal('release.changed'), releaseId: z.uuid() }),
  z.object({ kind: z.literal('group.changed'), groupId: z.uuid() }),
  z.object({ kind: z.literal('policy.changed'), policyId: z.uuid() }),
  z.object({ kind: z.literal('enrollment.changed'), enrollmentId: z.uuid() }),
  z.object({ kind: z.literal('signal.changed'), signalId: z.uuid() }),
  z.object({ kind: z.literal('freeze.changed'), groupId: z.uuid().nullable() }),
])
export type Event = z.infer<typeof Event>
export type EventKind = Event['kind']

/** Where PostgreSQL tells processes that there is something to fetch. Payloads are hints. */
export const notifyChannels = {
  /** New outbox rows: wakes the relay. */
  outbox: 'bootfleet_outbox',
  /** Desired documents to send: wakes the gateways. */
  desired: 'bootfleet_desired',
  /** `{deviceId, why}`: a gateway that holds the device closes its connection. */
  kick: 'bootfleet_kick',
  /** New published events: wakes live streams. */
  live: 'bootfleet_live',
} as const
