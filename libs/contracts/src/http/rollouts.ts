import { z } from 'zod'
import { Explanation, InstantInput, Key, PageQuery, ReasonInput, SelectorText } from './common.ts'
import { endpoint } from './endpoint.ts'
import { PolicyInput } from './policy-spec.ts'
import { RollbackPreview } from './rollback-preview.ts'
import { RolloutPreview } from './rollout-preview.ts'
import { Rollout, RolloutEventPage, RolloutPage, RolloutState, TargetPage, TargetState } from './rollout-views.ts'

const tag = 'rollouts'
const params = z.object({ rollout: z.uuid() })

export const CreateRollout = z
  .strictObject({
    /** What a preview said as its `id`: then the waves take the devices in the order that it showed. Without it, a new one. */
    id: z.uuidv7().toLowerCase().optional(),
    channel: Key,
    /** Id, version or tag of a release of the channel. */
    release: z.string().min(1).max(200),
    /** A policy by name or id, or written out; without one the channel's default policy. */
    policy: z.union([Key, PolicyInput]).optional(),
    selector: SelectorText.optional(),
    /** Devices whose labels match are left out, beside those that the policy leaves out. */
    exclude: SelectorText.optional(),
    start: z.union([z.enum(['now', 'draft']), InstantInput]).default('draft'),
  })
  .meta({ id: 'CreateRollout' })

export const ListRollouts = PageQuery.extend({
  channel: Key.optional(),
  state: RolloutState.optional(),
  /** Those that were made from this policy, in any of its versions. */
  policy: z.uuid().optional(),
})

export const ListTargets = PageQuery.extend({
  state: TargetState.optional(),
  wave: z.coerce.number<number | string>().int().min(0).max(100).optional(),
  /** Only failures that an operator chose to go on without. */
  excused: z.literal('true').optional(),
})

/** When a rollout is to start, in the future; null: not by itself, it is a draft again. */
export const ScheduleRollout = z.strictObject({ startAt: InstantInput.nullable() }).meta({ id: 'ScheduleRollout' })

/** After a gate tripped: go on without the failed ones, try them again, or take the fleet back. */
export const ResumeRollout = z
  .strictObject({ choice: z.enum(['continue', 'retry_failed', 'roll_back']).optional() })
  .prefault({})
  .meta({ id: 'ResumeRollout' })

/** The wave that is to be opened, by its index: said twice it is opened once. Without it, whichever is next each time. */
export const PromoteRollout = z
  .strictObject({ wave: z.number().int().min(0).max(100).optional() })
  .prefault({})
  .meta({ id: 'PromoteRollout' })

/**
 * What is approved: without `wave` that the rollout may start, with it that this wave opens. `seen` is what `approvals.seen`
 * said when the approver looked: another value is refused.
 */
export const ApproveRollout = z
  .strictObject({ wave: z.number().int().min(0).max(100).optional(), seen: z.string().max(100).optional() })
  .prefault({})
  .meta({ id: 'ApproveRollout' })

/** Why an approver says no; everybody who looks at the rollout reads it. */
export const RejectRollout = z.strictObject({ reason: ReasonInput }).meta({ id: 'RejectRollout' })

export const ReleaseSlot = z.strictObject({ device: z.uuid() }).meta({ id: 'ReleaseSlot' })

const verb = <const P extends string, const S extends string>(path: P, summary: S) =>
  endpoint({
    method: 'POST',
    path: `/v1/rollouts/:rollout/${path}`,
    summary,
    tag,
    status: 200,
    params,
    response: Rollout,
  })

export const rollouts = {
  create: endpoint({
    method: 'POST',
    path: '/v1/rollouts',
    summary: 'Create a rollout',
    tag,
    status: 201,
    body: CreateRollout,
    response: Rollout,
  }),
  preview: endpoint({
    method: 'POST',
    path: '/v1/rollouts/preview',
    summary: 'Show what a rollout would do',
    tag,
    status: 200,
    body: CreateRollout,
    response: RolloutPreview,
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/rollouts',
    summary: 'List rollouts, the newest first',
    tag,
    status: 200,
    query: ListRollouts,
    response: RolloutPage,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/rollouts/:rollout',
    summary: 'Get a rollout',
    tag,
    status: 200,
    params,
    response: Rollout,
  }),
  targets: endpoint({
    method: 'GET',
    path: '/v1/rollouts/:rollout/targets',
    summary: 'List the targets of a rollout in its order',
    tag,
    status: 200,
    params,
    query: ListTargets,
    response: TargetPage,
  }),
  events: endpoint({
    method: 'GET',
    path: '/v1/rollouts/:rollout/events',
    summary: 'List what happened in a rollout, the newest first',
    tag,
    status: 200,
    params,
    query: PageQuery,
    response: RolloutEventPage,
  }),
  explain: endpoint({
    method: 'GET',
    path: '/v1/rollouts/:rollout/explain',
    summary: 'Say what a rollout waits for',
    tag,
    status: 200,
    params,
    response: Explanation,
  }),
  start: verb('start', 'Start a draft or scheduled rollout, or ask for the approvals that it needs'),
  schedule: endpoint({
    method: 'POST',
    path: '/v1/rollouts/:rollout/schedule',
    summary: 'Have a rollout start at a time, change that time, or make it a draft again',
    tag,
    status: 200,
    params,
    body: ScheduleRollout,
    response: Rollout,
  }),
  approve: endpoint({
    method: 'POST',
    path: '/v1/rollouts/:rollout/approve',
    summary: 'Approve that a rollout starts, or that one of its waves opens',
    tag,
    status: 200,
    params,
    body: ApproveRollout,
    response: Rollout,
  }),
  reject: endpoint({
    method: 'POST',
    path: '/v1/rollouts/:rollout/reject',
    summary: 'Refuse the start that a rollout waits to have approved; it is aborted',
    tag,
    status: 200,
    params,
    body: RejectRollout,
    response: Rollout,
  }),
  pause: verb('pause', 'Offer and grant nothing new; what reboots is followed to its end'),
  resume: endpoint({
    method: 'POST',
    path: '/v1/rollouts/:rollout/resume',
    summary: 'Go on with a paused rollout',
    tag,
    status: 200,
    params,
    body: ResumeRollout,
    response: Rollout,
  }),
  promote: endpoint({
    method: 'POST',
    path: '/v1/rollouts/:rollout/promote',
    summary: 'Open the next wave now; with its index as wave no other one, also when two ask at once',
    tag,
    status: 200,
    params,
    body: PromoteRollout,
    response: Rollout,
  }),
  abort: verb('abort', 'End a rollout: devices without a grant go back to what they had'),
  retry: verb('retry', 'Try the failed targets again'),
  rollBack: verb('roll-back', 'Take every device that has the release back to what it ran before'),
  previewRollBack: endpoint({
    method: 'GET',
    path: '/v1/rollouts/:rollout/roll-back/preview',
    summary: 'Show what rolling a rollout back would do',
    tag,
    status: 200,
    params,
    response: RollbackPreview,
  }),
  releaseSlot: endpoint({
    method: 'POST',
    path: '/v1/rollouts/:rollout/release-slot',
    summary: 'Free the slot of a device that will not come back',
    tag,
    status: 200,
    params,
    body: ReleaseSlot,
    response: Rollout,
  }),
}
