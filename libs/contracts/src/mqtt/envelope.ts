import { z } from 'zod'
import type { UpKind } from './topics.ts'
import {
  AckBody,
  BootBody,
  DocumentBody,
  HeartbeatBody,
  HelloBody,
  LogBody,
  PresenceBody,
  ProgressBody,
  StateBody,
} from './reported.ts'

/** An agent cannot start more often than this in one incarnation. */
export const maxEpoch = 2 ** 31 - 1

/**
 * Around every device message. `(inc, epoch, seq)` orders and deduplicates: incarnation (given at enrollment), persisted
 * agent start counter, sequence within the epoch. `ts` is the device's clock, shown and never used to order anything;
 * `up` is monotonic milliseconds since the agent started.
 */
export const Envelope = z.object({
  v: z.literal(1),
  id: z.string().min(1).max(64),
  inc: z
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
  epoch: z.number().int().min(0).max(maxEpoch),
  seq: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  ts: z.string().max(40),
  up: z.number().min(0),
  body: z.unknown(),
})
export type Envelope = z.infer<typeof Envelope>

/** Body schema of each message kind. */
export const upBodies = {
  'up/hello': HelloBody,
  'up/state': StateBody,
  'up/inventory': DocumentBody,
  'up/drift': DocumentBody,
  'up/boot': BootBody,
  'up/ack': AckBody,
  'up/presence': PresenceBody,
  'tm/hb': HeartbeatBody,
  'tm/progress': ProgressBody,
  'tm/log': LogBody,
} as const satisfies Record<UpKind, z.ZodType>

export type UpBody<K extends UpKind> = z.output<(typeof upBodies)[K]>
