import type { Because } from '../rollout/because.ts'
import { withStop } from '../sentence.ts'
import type { ReleaseNode } from './release-node.ts'

/** Why the update graph keeps a device from a release, as reasons of skipped targets. */
type BlockedReason =
  | 'release_dead_end'
  | 'dead_end'
  | 'crosses_barrier'
  | 'barrier_unavailable'
  | 'below_minimum'
  | 'way_back_has_stops'

function skip(reason: BlockedReason, message: string, release: string): Because {
  return { code: `skip.${reason}`, message, release }
}

/** The release itself is offered to nobody. */
export function releaseIsDeadEnd({ name, deadEnd }: ReleaseNode): Because {
  const why = withStop(deadEnd?.reason ?? '')
  return skip('release_dead_end', `Release ${name} is a dead end and is not offered: ${why}`, name)
}

/** Nothing leaves what the device runs by itself. */
export function onDeadEnd({ name, deadEnd }: ReleaseNode): Because {
  const message = `The device runs release ${name}, a dead end: ${withStop(deadEnd?.reason ?? '')} Allow devices to leave it, or install them anew.`
  return skip('dead_end', message, name)
}

/** Going back would undo a barrier. */
export function crossesBarrier({ name }: ReleaseNode): Because {
  const message = `The device has passed the barrier ${name}, and goes back to nothing older than that.`
  return skip('crosses_barrier', message, name)
}

/** A barrier on the way cannot be booted. */
export function barrierUnavailable({ name, deadEnd }: ReleaseNode): Because {
  const why = deadEnd ? 'is a dead end' : "has no image for the device's architecture"
  return skip('barrier_unavailable', `The barrier ${name} is on the way, and it ${why}.`, name)
}

/** No release that the device may take leads to one that has a minimum. */
export function belowMinimum(release: string, minimum: string): Because {
  const message = `Release ${release} may be taken from ${minimum} on, and no release leads the device there.`
  return skip('below_minimum', message, release)
}

/** What the device had before is newer, and not to be had in one step. */
export function wayBackHasStops(hops: readonly ReleaseNode[]): Because {
  const to = hops.at(-1)?.name ?? ''
  const through = hops.slice(0, -1).map(({ name }) => name)
  const message = `The way back to release ${to} leads through ${through.join(', ')}. Take the device there by a rollout.`
  return skip('way_back_has_stops', message, to)
}
