/** A number of devices, or a percentage of them. */
export type Share = { readonly count: number } | { readonly percent: number }

/**
 * The sequential probability ratio test. A release of which `goodFailurePercent` of the devices fail is good, one of
 * which `badFailurePercent` fail is bad; percentages between 0 and 100, not only whole ones. `alpha` is the probability
 * to trip on a good release, `beta` the probability to pass a bad one; both between 0 and 0.5.
 */
export interface SprtRule {
  readonly goodFailurePercent: number
  readonly badFailurePercent: number
  readonly alpha: number
  readonly beta: number
}

/** What an unhealthy signal about a device of the wave does: nothing, hold the rollout, or trip the gate. */
export type SignalRule = 'ignore' | 'hold' | 'trip'

/** When a wave's result opens the next wave or trips the rollout. Percentages are whole numbers from 0 to 100. */
export interface GateRule {
  /** Trip when there are more failures than this. */
  readonly maxFailures?: number | undefined
  /** Trip when failures are more than this percentage of the concluded, once `minConcluded` have concluded. */
  readonly maxFailurePercent?: number | undefined
  readonly minConcluded: number
  /** Pass needs this percentage of the wave; trip as soon as it is out of reach. */
  readonly minSuccessPercent: number
  /** Decides as soon as it can, in place of the percentages; they are asked when it has not decided by the wave's end. */
  readonly sprt?: SprtRule | undefined
  /** `hold` when it does not say. */
  readonly signals?: SignalRule | undefined
}

export interface WaveRule {
  readonly name: string
  /** A count is an increment, a percentage is cumulative. `null`: the rest; with a selector: all that match it. */
  readonly size: Share | null
  /** Takes only devices whose labels match, and of those that match several the ones that match this one first. */
  readonly selector?: string | null | undefined
  readonly soakSec: number
  readonly gate: GateRule
  /** `manual`: it opens only once a person has approved it. */
  readonly approval?: 'auto' | 'manual' | undefined
}

export interface Timeouts {
  /** From the offer to a staged image, while connected. */
  readonly downloadSec: number
  /** How long a grant may be used. */
  readonly grantSec: number
  /** From a grant to a proven boot, connected or not. */
  readonly applySec: number
  /** From the boot to a healthy report. */
  readonly healthSec: number
  /** Offline so long before a grant: the place in the wave goes to the next device. */
  readonly unreachableAfterSec: number
  /** After the last wave opened: what never came is skipped. */
  readonly giveUpAfterSec: number
}

/** The frozen recipe of one rollout. The last wave always takes the rest. */
export interface PolicySpec {
  readonly waves: readonly WaveRule[]
  readonly timeouts: Timeouts
  readonly windows: 'respect' | 'ignore'
  readonly onTrip: 'pause' | 'abort' | 'rollback'
  readonly unreachable: 'replace' | 'wait' | 'fail'
  /** Whether a device that comes to the rollout's channel or selector while it runs is appended to the last wave. */
  readonly lateJoiners: 'ignore' | 'append'
  /** Key of a label over whose values the order deals the targets, so that one site or model is not the whole canary. */
  readonly stratifyBy: string | null
  /** systemd units that have to be active for a device to count as healthy. */
  readonly healthUnits?: readonly string[]
  /** Restart userspace alone on devices that can, where the kernel of the release is the one that runs. */
  readonly softReboot?: boolean
  readonly jitterSec: number
  readonly observeForSec: number
  /** Selector of devices that are left out. */
  readonly exclude?: string | null | undefined
  /** How many people, its creator not among them, must approve before it may start. */
  readonly approvals?: number | undefined
}
