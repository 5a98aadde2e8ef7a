import type { Because } from './because.ts'
import type { Decision } from './decision.ts'
import type { FakeDevice, Link, Told } from './fake-device.testing.ts'
import type { RolloutState } from './lifecycle.ts'
import type { PolicySpec } from './policy.ts'
import type { DeviceView, Hop, Instant, RolloutView, TargetView, WaveView } from './view.ts'
import type { ReleaseNode } from '../update-graph/release-node.ts'

/** A target as it is kept; what of it depends on its place on its route is worked out when it is read. */
export interface Row extends Omit<TargetView, 'device' | 'holdsSlot' | 'route'> {
  /** Stops before the release itself. */
  readonly hops: readonly Hop[]
  readonly hop: number
  readonly hopBootKey: string | null
}

/** One rollout with its rows in memory. */
export interface WorldRollout {
  readonly id: string
  readonly release: ReleaseNode
  readonly policy: PolicySpec
  /** To all devices of the channel: what it brings becomes current. */
  readonly whole: boolean
  /** What was current before it. */
  previous: WorldRollout | null
  /** Of a roll-back: the rollout that it rolls back. */
  readonly parent: WorldRollout | null
  readonly startedAt: Instant
  state: RolloutState
  wakeAt: Instant | null
  because: Because
  waves: WaveView[]
  readonly rows: Map<string, Row>
  /** Something was heard that it may have to act on. */
  hint: boolean
  /** The one that took its place. */
  supersededBy: WorldRollout | null
  /** It was superseded and has nobody under way any more. */
  ended: boolean
  haltedAt: Instant | null
}

/** What the server knows of the connection of a device, and its newest report. */
export type Presence = Pick<DeviceView, 'connected' | 'conn' | 'connectedAt' | 'lastSeenAt' | 'report'>

/** What the server told a device, and for which rollout. */
export interface ToldBy extends Told {
  readonly rollout: string | null
}

export interface WorldOptions {
  readonly policy: PolicySpec
  readonly devices: readonly FakeDevice[]
  readonly slots: number
  readonly maxDownloading: number
  /** In publishing order. */
  readonly releases: readonly ReleaseNode[]
  /** A budget that also counts by the value of a label. */
  readonly buckets?: { readonly slots: number; readonly of: (deviceId: string) => string | null }
  /** Devices that are enrolled later, and when. */
  readonly joinsAt: ReadonlyMap<string, Instant>
  /** Whether the group may be granted anything. */
  readonly closedAt: (now: Instant) => boolean
  /** Sees each decision before it is written down. */
  readonly watch: (world: World, rollout: WorldRollout, decided: { view: RolloutView; decision: Decision }) => void
  /** Sees a rollout that asked for no other turn. */
  readonly rested?: (world: World, rollout: WorldRollout) => void
}

/** A group of devices, and the rollouts to it with their rows in memory, on a virtual clock. */
export interface World {
  readonly options: WorldOptions
  readonly devices: ReadonlyMap<string, FakeDevice>
  readonly links: Map<string, Link>
  now: Instant
  readonly rollouts: WorldRollout[]
  /** The one that brought what the devices of the channel belong on. */
  current: WorldRollout | null
  /** It is that again: devices may have joined that it does not know. */
  seeksJoiners: boolean
  readonly enrolled: Set<string>
  /** By device: the rollout that gave it its slot, and the boot key of the grant. */
  readonly slots: Map<string, { readonly rollout: string; readonly bootKey: string }>
  readonly told: Map<string, ToldBy>
  readonly presence: Map<string, Presence>
  /** Devices that rebooted by a grant and have not been heard healthy since. */
  readonly down: Set<string>
  ids: number
}
