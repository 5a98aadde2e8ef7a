import type { z } from 'zod'
import type { PolicyInput } from '@bootfleet/contracts'
import type { InboundMessage } from '../device-link/ingest/inbound.ts'
import type { Services } from '../services.ts'
import type { StormDevice, StormDocument } from './storm-device.testing.ts'

/** A rollout of a storm as it is stored. */
export interface StormRollout {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly releaseId: string
  readonly parentId: string | null
  readonly endedAt: Date | null
  readonly because: { readonly code: string; readonly message: string }
  /** The wave that waits for an approval. */
  readonly waits: number | null
}

/** A channel with its rollouts in bad weather. */
export interface Storm {
  readonly services: Services
  /** The same, for processes that die and connections that are cut. */
  readonly unsafe: Services
  readonly organizationId: string
  readonly groupId: string
  readonly channelId: string
  readonly channelName: string
  readonly policy: z.output<typeof PolicyInput>
  readonly newerReleaseId: string
  /** Who approves. */
  readonly personId: string
  readonly maxUnavailable: number
  readonly devices: readonly StormDevice[]
  readonly chance: () => number
  readonly advance: (seconds: number) => void
  /** Under way from devices; arrives in any order, twice or never. */
  network: InboundMessage[]
  /** The newest report of each device that reached the server. */
  readonly heard: Map<string, number>
  /** Documents that were in force at some time. */
  readonly old: Map<string, StormDocument[]>
  /** Devices whose slot an operator gave away: they are down beyond the budget. */
  readonly released: Set<string>
  /** Somebody has tried to start a rollout of the newer release. */
  newer: boolean
  /** Somebody has tried to start one of a release that a rollout had brought, or brings. */
  again: boolean
  /** Moments in which processes die more often. */
  risky: number
  calm: boolean
  /** Outages of which somebody noticed. */
  outages: number
  /** Promises that did not hold at some moment. */
  readonly problems: string[]
}
