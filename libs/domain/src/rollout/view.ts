import type { Because } from './because.ts'
import type { GrantPrefix } from './evaluation.ts'
import type { Instant } from './instant.ts'
import type { RolloutState } from './lifecycle.ts'
import type { PolicySpec } from './policy.ts'
import type { Calendar } from '../window/closed-between.ts'
import type { TargetState } from './target-lifecycle.ts'

export type { Instant } from './instant.ts'

export type StateCounts = Partial<Record<TargetState, number>>

export type WaveState = 'pending' | 'open' | 'passed' | 'tripped'

export interface WaveView {
  readonly index: number
  /** Place of its rule in the policy. */
  readonly rule: number
  readonly size: number
  readonly state: WaveState
  readonly openedAt: Instant | null
  /** How long the rollout was paused since then. */
  readonly pausedMs?: number | undefined
  readonly excused: number
  readonly counts: StateCounts
  /** People were told that it waits for an approval. */
  readonly asked?: boolean | undefined
  /** A person approved that it opens. */
  readonly approved?: boolean | undefined
  /** Who opened the next one before the gate of this one passed. */
  readonly promotedBy?: string | null | undefined
  /** What concluded before the first granted target that has not; for open waves with a sequential gate. */
  readonly prefix?: GrantPrefix | undefined
}

/** Devices of a group that have the same value of the label that its budget names. */
export interface BucketView {
  /** `null`: without the label. */
  readonly value: string | null
  readonly slots: number
  readonly taken: number
  /** Names of devices that hold its slots, the longest first; some of them. */
  readonly holders: readonly string[]
}

/** The part of a budget that counts by value of a label. Buckets that hold no slot are not listed, and have `rest` for now. */
export interface BucketsView {
  readonly label: string
  readonly of: readonly BucketView[]
  readonly rest: number
}

/** Budget of one group, over all rollouts. */
export interface GroupView {
  readonly slots: number
  readonly slotsTaken: number
  /** Names of devices that hold slots, the longest first; some of them, where the budget is used up. */
  readonly holders?: readonly string[] | undefined
  readonly buckets?: BucketsView | undefined
  readonly maxDownloading: number
  readonly downloading: number
  /** Why nothing may be granted, if so: frozen, or a closed window. */
  readonly closed: Because | null
  /** When an open window closes. */
  readonly windowUntil: Instant | null
  /** How long the window was closed since the last wave opened, once that matters. */
  readonly closedMs?: number | undefined
  /** When `closed` may change by itself. */
  readonly reopensAt: Instant | null
  /** Its windows, where they bind the rollout: closed time does not count against a silent device. */
  readonly calendar?: Calendar | undefined
}

/** The newest whole report of a device. */
export interface ReportView {
  readonly receivedAt: Instant
  readonly observedGen: number
  readonly phase: string
  readonly bootKey: string
  readonly bootedDigest: string | null
  readonly stagedDigest: string | null
  readonly stagedLocked: boolean
  readonly health: string
  /** Grant that the device holds. */
  readonly grantId: string | null
  readonly attempt: { readonly target: string; readonly outcome: string | null; readonly detail: string | null } | null
  readonly errors: readonly {
    readonly code: string
    readonly detail: string
    readonly retryable: boolean
    readonly digest: string | null
  }[]
  readonly failedChecks: readonly string[]
}

export interface DeviceView {
  readonly removed: boolean
  readonly connected: boolean
  readonly conn: string | null
  readonly connectedAt: Instant | null
  /** How long it was connected before that, all in all. */
  readonly connectedMs?: number
  readonly lastSeenAt: Instant | null
  /** The host can hold a staged image back from an ordinary reboot. */
  readonly canLock: boolean
  readonly quarantined: boolean
  /** Another rollout in which the device was granted its reboot and has not ended. */
  readonly busyWith: string | null
  /** Of a target that has succeeded: what the device runs is the doing of another rollout, and nothing has brought it back since. */
  readonly takenByOther?: boolean | undefined
  readonly desiredGen: number
  readonly report: ReportView | null
}

/** Stops of a target that may not take its release directly. The last is the release itself. */
export interface TargetRoute {
  readonly hops: readonly Hop[]
  /** Place of the one that it is at. */
  readonly at: number
}

export interface Hop {
  /** Id of the release. */
  readonly release: string
  readonly name: string
  readonly barrier: boolean
  readonly accept: readonly string[]
}

/** Grants that a device gave back one after the other, and when it may get the next. */
export interface GrantBackoff {
  readonly returned: number
  readonly until: Instant
}

export interface TargetView {
  readonly deviceId: string
  readonly groupId: string
  /** Its value of the label that the group's budget counts by. */
  readonly bucket?: string | null | undefined
  readonly wave: number | null
  /** The rule of the first wave whose selector it matched when it was planned; none: `commonPool`. */
  readonly pool?: number | undefined
  readonly state: TargetState
  readonly stateSince: Instant
  /** What the clock of its connected time showed when it began to pull the image. */
  readonly pullFrom?: number | null
  readonly dueAt: Instant | null
  /** Digests that count as the target image; the first is the device's own manifest. */
  readonly accept: readonly string[]
  /** The releases to boot one after the other, where it is more than one; `accept` is that of the one it is at. */
  readonly route?: TargetRoute | undefined
  readonly fromDigest: string | null
  /** When it was first granted its reboot; `fromDigest` is frozen from then on. */
  readonly firstGrantedAt: Instant | null
  /** Of a roll-back: digests of the image that the device is taken back from. */
  readonly leaving?: readonly string[]
  /** The boot on which the device reported `fromDigest`. */
  readonly fromBootKey: string | null
  readonly grant: {
    readonly id: string
    readonly conn: string | null
    readonly at: Instant
    readonly bootKey: string | null
  } | null
  readonly recalled: boolean
  /** Since the device last used a grant. */
  readonly backoff?: GrantBackoff | null
  /** What the device said when it gave this grant back. */
  readonly returnedFor?: string | null
  readonly reason: string | null
  readonly soakBootKey: string | null
  readonly soakUntil: Instant | null
  readonly attempts: number
  readonly holdsSlot: boolean
  readonly device: DeviceView
}

/** An unhealthy signal in force, with the targets that it is about. */
export interface SignalView {
  readonly id: string
  readonly name: string
  readonly message: string
  /** When it ends by itself. */
  readonly until: Instant
  /** `devices` of a wave that are not skipped; `applied`: of these, who was granted a reboot. Waves without any are absent. */
  readonly waves: readonly { readonly index: number; readonly devices: number; readonly applied: number }[]
}

/** The newest roll-back of a rollout. */
export interface RollbackView {
  readonly id: string
  readonly state: 'under_way' | 'completed' | 'aborted'
}

/** Everything `decide` may know. Loaded by the caller in one transaction; targets are those that can change, not all. */
export interface RolloutView {
  readonly state: RolloutState
  readonly policy: PolicySpec
  readonly waves: readonly WaveView[]
  readonly groups: Readonly<Record<string, GroupView>>
  /** Targets that are due, can be offered or granted, or can fill the open wave, in order of position. */
  readonly targets: readonly TargetView[]
  /** Planned targets in no wave yet, over the whole rollout. */
  readonly unassigned: number
  /** How many of them are in each pool; without it all are in the common one. */
  readonly pools?: Readonly<Record<number, number>> | undefined
  /** More targets are due than were loaded. */
  readonly more: boolean
  /** Fresh ids for grants, one for each target that may get one. */
  readonly grantIds: readonly string[]
  /** Unhealthy signals in force that no operator accepted for this rollout. */
  readonly signals?: readonly SignalView[]
  /** It takes the devices of another rollout back. */
  readonly isRollback?: boolean
  /** Of a rollout that is rolled back. */
  readonly rollback?: RollbackView | null
  /** When its roll-back was aborted. */
  readonly haltedAt?: Instant | null
  /** When it began, and was then expected to be finished; absent where that was not kept. */
  readonly expected?: { readonly startedAt: Instant; readonly p50: Instant | null; readonly p90: Instant | null } | null
  /** It completed, and brought what the devices of its channel belong on: who comes late or comes back converges to it. */
  readonly converges?: boolean
  /** Devices are there that would converge, if a newer rollout did not have them for now. */
  readonly heldUp?: boolean
  /** When the ends become final of what has ended, unless they came about too late for that. */
  readonly observedUntil?: Instant | null
}
