import type { Because } from '../rollout/because.ts'
import { wayBackHasStops } from './blocked.ts'
import { findRoute } from './find-route.ts'
import type { ReleaseNode } from './release-node.ts'

export interface WayBack {
  /** Id of the release that is rolled back. */
  readonly release: string
  /** The digest to go back to; one that no release has, or `null`, is taken to be older than all of them. */
  readonly to: string | null
}

const older: ReleaseNode = { id: '', name: '', digests: [], barrier: false, deadEnd: null, minimumFrom: null }

/**
 * Why a device that runs a release may not go back, in one step, to the image that it had before; `null`: it may. The
 * releases are those of the channel in publishing order, as its architecture sees them.
 */
export function whyNoWayBack(releases: readonly ReleaseNode[], { release, to }: WayBack): Because | null {
  const running = releases.find(({ id }) => id === release)?.digests[0]
  if (running === undefined) return null
  const goal = to === null ? undefined : releases.findLast(({ digests }) => digests.includes(to))
  const route = findRoute([older, ...releases], { running, target: (goal ?? older).id })
  if ('blocked' in route) return route.blocked
  return route.hops.length > 1 ? wayBackHasStops(route.hops) : null
}
