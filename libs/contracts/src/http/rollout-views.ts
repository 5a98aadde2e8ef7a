import { z } from 'zod'
import { rolloutStates, targetStates } from '@bootfleet/domain'
import { Because, Instant, NamedRef, pageOf } from './common.ts'
import { PolicyInput, Share } from './policy-spec.ts'
import { RolloutEstimate } from './rollout-estimate.ts'

const count = z.number().int().min(0)

export const RolloutState = z.enum(rolloutStates)
export const TargetState = z.enum(targetStates)

/** Number of targets in each state; every state is there. */
export const TargetCounts = z.record(TargetState, count).meta({ id: 'TargetCounts' })
export type TargetCounts = z.infer<typeof TargetCounts>

/** One judgement of a gate, with what it counted. */
export const Evaluation = z
  .object({
    metric: z.string(),
    numerator: count,
    denominator: count,
    threshold: z.number().nullable(),
    minSample: z.number().int().nullable(),
    verdict: z.enum(['pass', 'trip', 'hold', 'undecided']),
    /** Name of the signal, where the metric is `signals`. */
    signal: z.string().optional(),
  })
  .meta({ id: 'Evaluation' })
export type Evaluation = z.infer<typeof Evaluation>

/** `promoted`: the next wave was opened before the gate of this one passed. */
export const waveStates = ['pending', 'open', 'passed', 'promoted', 'tripped'] as const

export const RolloutWave = z
  .object({
    index: count,
    name: z.string(),
    size: count,
    /** Its devices match it; null: they need not. */
    selector: z.string().nullable(),
    state: z.enum(waveStates),
    /** `manual`: it opens only once a person has approved it. */
    approval: z.enum(['auto', 'manual']),
    /** Since when it waits for that. */
    approvalAskedAt: Instant.nullable(),
    approvedAt: Instant.nullable(),
    openedAt: Instant.nullable(),
    concludedAt: Instant.nullable(),
    /** Who promoted it, and when, where its gate has not passed. */
    promoted: z.object({ by: z.string(), at: Instant }).nullable(),
    counts: TargetCounts,
    /** Failures that an operator chose to go on without: the gate does not count them. */
    excused: count,
    /** What its gate counted when it decided (`concludedAt`); `counts` is now. */
    evaluation: z.array(Evaluation).nullable(),
  })
  .meta({ id: 'RolloutWave' })
export type RolloutWave = z.infer<typeof RolloutWave>

const { waves, rest: _rest, ...common } = PolicyInput.shape

/** The frozen recipe. The last wave has `size: null` and takes the rest. */
export const RolloutPolicy = z
  .object({
    ...common,
    waves: z.array(z.object({ ...waves.unwrap().element.shape, size: Share.nullable() })),
  })
  .meta({ id: 'RolloutPolicy' })

/** What an operator can do to a rollout, as in the last part of each route. */
export const operatorVerbs = [
  'start',
  'schedule',
  'approve',
  'reject',
  'pause',
  'resume',
  'promote',
  'abort',
  'retry',
  'roll-back',
] as const
export type OperatorVerb = (typeof operatorVerbs)[number]

/** Whether the caller may use a verb now, and if not why. */
export const VerbAccess = z.object({ allowed: z.boolean(), reason: z.string().optional() }).meta({ id: 'VerbAccess' })
export type VerbAccess = z.infer<typeof VerbAccess>

export const RolloutRelease = z
  .object({ id: z.uuid(), version: z.string().nullable(), tag: z.string().nullable(), repository: z.string() })
  .meta({ id: 'RolloutRelease' })

export const Approval = z
  .object({
    /** The wave that was approved; null: the start. */
    wave: count.nullable(),
    by: z.string(),
    at: Instant,
  })
  .meta({ id: 'Approval' })
export type Approval = z.infer<typeof Approval>

/** Who approved that the rollout starts, and its manual waves. */
export const RolloutApprovals = z
  .object({
    /** People other than the creator who must approve before it may start. */
    required: count,
    /** How many have. */
    given: count,
    /** Names what there is to approve: release, digests, policy and whom it is for. Null where nothing has to be approved. */
    seen: z.string().nullable(),
    list: z.array(Approval),
  })
  .meta({ id: 'RolloutApprovals' })
export type RolloutApprovals = z.infer<typeof RolloutApprovals>

/** A roll-back, as its parent shows it. */
export const RollbackRef = z
  .object({ id: z.uuid(), state: RolloutState, eligible: count.nullable(), counts: TargetCounts })
  .meta({ id: 'RollbackRef' })

export const Rollout = z
  .object({
    id: z.uuid(),
    channel: NamedRef,
    release: RolloutRelease,
    kind: z.string(),
    state: RolloutState,
    because: Because,
    /** The policy that it was made from, which may be gone since, and its version then; null where it was written out. */
    policyId: z.uuid().nullable(),
    policyName: z.string().nullable(),
    policyVersion: count.nullable(),
    policy: RolloutPolicy,
    selector: z.string().nullable(),
    exclude: z.string().nullable(),
    /** The newer rollout of the channel that took its place. */
    supersededBy: z.uuid().nullable(),
    /** Of a roll-back: the rollout whose devices it takes back. */
    parentId: z.uuid().nullable(),
    /** The newest roll-back of this rollout. */
    rollback: RollbackRef.nullable(),
    /** Targets that are not skipped; null until the list is frozen. */
    eligible: count.nullable(),
    approvals: RolloutApprovals,
    createdBy: z.string(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    startAt: Instant.nullable(),
    /** When it was expected to be finished, as its list was frozen; null until then, and where nobody takes part. */
    estimate: RolloutEstimate.nullable(),
    waves: z.array(RolloutWave),
    counts: TargetCounts,
    verbs: z.record(z.enum(operatorVerbs), VerbAccess),
  })
  .meta({ id: 'Rollout' })
export type Rollout = z.infer<typeof Rollout>
export const RolloutPage = pageOf(Rollout, 'RolloutPage')

/** Number `number` of `of` releases that a device boots one after the other, the last being that of the rollout. */
export const TargetHop = z
  .object({ number: count, of: count, release: NamedRef, barrier: z.boolean() })
  .meta({ id: 'TargetHop' })
export type TargetHop = z.infer<typeof TargetHop>

export const Target = z
  .object({
    deviceId: z.uuid(),
    deviceName: z.string(),
    wave: count.nullable(),
    position: count,
    state: TargetState,
    reason: z.string().nullable(),
    because: Because,
    digest: z.string(),
    /** Which of the releases it is at that it takes one after the other; null: it takes its release directly. */
    hop: TargetHop.nullable(),
    fromDigest: z.string().nullable(),
    stateSince: Instant,
    grantedAt: Instant.nullable(),
    soakUntil: Instant.nullable(),
    /** Its failure is not counted: who chose to go on without it, and when. */
    excused: z.object({ by: z.string(), at: Instant }).nullable(),
    /** It holds a slot of the budget that this rollout gave it. */
    holdsSlot: z.boolean(),
    /** Percent of the image that the device has downloaded, while it does. */
    downloadedPercent: z.number().int().min(0).max(100).nullable(),
  })
  .meta({ id: 'Target' })
export type Target = z.infer<typeof Target>
export const TargetPage = pageOf(Target, 'TargetPage')

export const RolloutEvent = z
  .object({
    id: z.string(),
    at: Instant,
    kind: z.string(),
    wave: count.nullable(),
    deviceId: z.uuid().nullable(),
    because: Because,
  })
  .meta({ id: 'RolloutEvent' })
export type RolloutEvent = z.infer<typeof RolloutEvent>
export const RolloutEventPage = pageOf(RolloutEvent, 'RolloutEventPage')
