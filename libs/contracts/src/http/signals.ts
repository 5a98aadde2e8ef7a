import { z } from 'zod'
import { Instant, InstantInput, Name, PageQuery, SelectorText, pageOf } from './common.ts'
import { endpoint } from './endpoint.ts'

const tag = 'signals'

export const SignalStatus = z.enum(['healthy', 'unhealthy'])

/** An hour unless given, at most seven days: a monitoring system that falls silent holds nobody up for ever. */
export const signalLifeSec = { usual: 3600, longest: 7 * 86_400 } as const

/** What a monitoring system sees of a set of devices; without a selector or devices, of the whole organization. */
export const PostSignal = z
  .strictObject({
    /** What watches, such as `checkout-latency`. The same name and devices again are the same signal. */
    name: Name,
    status: SignalStatus,
    selector: SelectorText.optional(),
    devices: z.array(z.uuid()).min(1).max(1000).optional(),
    message: z.string().trim().max(500).optional(),
    /** When an unhealthy signal ends by itself; in an hour if not given, in seven days at most. */
    expiresAt: InstantInput.optional(),
  })
  .refine(({ selector, devices }) => selector === undefined || devices === undefined, {
    path: ['devices'],
    message: 'give a selector or devices, not both',
  })
  .meta({ id: 'PostSignal' })

export const Signal = z
  .object({
    id: z.uuid(),
    name: z.string(),
    selector: z.string().nullable(),
    /** Null when it is about a selector or about everything. */
    devices: z.array(z.uuid()).nullable(),
    message: z.string(),
    since: Instant,
    expiresAt: Instant,
    endedAt: Instant.nullable(),
    /** Unhealthy and not over. */
    inForce: z.boolean(),
    createdBy: z.string(),
  })
  .meta({ id: 'Signal' })
export type Signal = z.infer<typeof Signal>

export const SignalPage = pageOf(Signal, 'SignalPage')

/** The signals that began, go on or ended by what was posted. */
export const PostedSignals = z
  .object({
    signals: z.array(Signal),
    /** So many devices the selector matches, or are those named, or are there, now. */
    deviceCount: z.number().int().min(0),
  })
  .meta({ id: 'PostedSignals' })
export type PostedSignals = z.infer<typeof PostedSignals>

export const ListSignals = PageQuery.extend({
  /** Only those in force, unless `all`. */
  state: z.enum(['in_force', 'all']).default('in_force'),
  name: Name.optional(),
})

export const signals = {
  post: endpoint({
    method: 'POST',
    path: '/v1/signals',
    summary: 'Say that devices are unhealthy, or healthy again, as a monitoring system sees it',
    tag,
    status: 200,
    body: PostSignal,
    response: PostedSignals,
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/signals',
    summary: 'List unhealthy signals, the newest first',
    tag,
    status: 200,
    query: ListSignals,
    response: SignalPage,
  }),
}
