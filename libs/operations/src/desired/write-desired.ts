import type { Desired } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { deviceTimes, type DesiredContent } from './build-desired.ts'
import { rewriteDesired, type DesiredWriteContext, type StoredDesired } from './rewrite-desired.ts'

/** What one device should be from now on. */
export interface DesiredChange {
  readonly deviceId: string
  /** Pinned to the manifest digest of the device's architecture; `null` when no image is wanted of it. */
  readonly image: { readonly ref: string; readonly accept: readonly string[]; readonly requireSignatures?: true } | null
  readonly phase: Desired['apply']['phase']
  readonly grant?: { readonly id: string; readonly conn: string; readonly ttlSec: number }
  /** When the window that is open now closes. */
  readonly windowUntil?: Date
  readonly jitterSec: number
  readonly healthTimeoutSec: number
  readonly healthUnits?: readonly string[]
  readonly softReboot?: boolean
  readonly onUnhealthy: Desired['apply']['onUnhealthy']
  /** Seconds between heartbeats while the device is watched; the usual time without it. */
  readonly heartbeatSec?: number
  readonly rolloutId?: string
  /** Leave a document alone that another rollout wrote since. */
  readonly onlyOwn?: boolean
}

export interface WrittenDesired {
  /** Devices with a new document; it is due to be sent now. */
  readonly written: readonly string[]
  /** Devices that were asked to take another image, and get none until an operator resumes them. */
  readonly held: readonly string[]
}

/**
 * Writes the desired documents of at most 1,000 devices: two statements, rows locked in the order of their ids. The
 * number grows only where a document asks for something else than the stored one.
 */
export async function writeDesired(
  tx: Tx,
  ctx: DesiredWriteContext,
  changes: readonly DesiredChange[],
): Promise<WrittenDesired> {
  const byDevice = new Map(changes.map((change) => [change.deviceId, change]))
  const held: string[] = []
  const edit = (stored: StoredDesired): DesiredContent | undefined => {
    const change = byDevice.get(stored.deviceId)
    if (change === undefined) return undefined
    const owner = stored.document.rollout
    if (change.onlyOwn && owner !== undefined && owner !== change.rolloutId) return undefined
    if (stored.held && change.image !== null && change.image.ref !== stored.document.image?.ref) {
      held.push(stored.deviceId)
      return undefined
    }
    return contentOf(change, stored.ops)
  }
  const written = await rewriteDesired(tx, ctx, { deviceIds: [...byDevice.keys()], edit })
  return { written, held }
}

function contentOf(change: DesiredChange, ops: Desired['ops']): DesiredContent {
  const { image, grant, windowUntil, rolloutId, heartbeatSec } = change
  return {
    device: change.deviceId,
    ...(rolloutId !== undefined && { rollout: rolloutId }),
    image: image && { ...image, accept: [...image.accept] },
    apply: {
      phase: change.phase,
      ...(grant && { grant: { ...grant } }),
      ...(windowUntil && { window: { until: windowUntil.toISOString() } }),
      jitterSec: change.jitterSec,
      healthTimeoutSec: change.healthTimeoutSec,
      onUnhealthy: change.onUnhealthy,
      ...(change.healthUnits?.length && { healthUnits: [...change.healthUnits] }),
      ...(change.softReboot === true && { softReboot: true }),
    },
    ops,
    ...(heartbeatSec !== undefined && { config: { ...deviceTimes, heartbeatSec } }),
  }
}
