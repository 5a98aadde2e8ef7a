import type { InboundMessage } from '../device-link/ingest/inbound.ts'
import type { Services } from '../services.ts'
import type { StormDevice, StormDocument } from './storm-device.testing.ts'

/** One rollout in bad weather. */
export interface Storm {
  readonly services: Services
  /** The same, for processes that die and connections that are cut. */
  readonly unsafe: Services
  readonly organizationId: string
  readonly groupId: string
  readonly rolloutId: string
  readonly maxUnavailable: number
  readonly devices: readonly StormDevice[]
  readonly chance: () => number
  readonly advance: (seconds: number) => void
  /** Under way from devices; arrives in any order, twice or never. */
  network: InboundMessage[]
  /** Documents that were in force at some time. */
  readonly old: Map<string, StormDocument[]>
  /** Devices whose slot an operator gave away: they are down beyond the budget. */
  readonly released: Set<string>
  /** Times that an operator asked for failed devices to be tried again. */
  retries: number
  calm: boolean
  /** Outages of which somebody noticed. */
  outages: number
  /** Promises that did not hold at some moment. */
  readonly problems: string[]
}
