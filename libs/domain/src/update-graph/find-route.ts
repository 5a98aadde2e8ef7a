import type { Because } from '../rollout/because.ts'
import { barrierUnavailable, belowMinimum, crossesBarrier, onDeadEnd, releaseIsDeadEnd } from './blocked.ts'
import type { ReleaseNode } from './release-node.ts'

/** Releases to boot one after the other, the target last; none when the device runs the target. Or why there is no way. */
export type Route = { readonly hops: readonly ReleaseNode[] } | { readonly blocked: Because }

export interface RouteQuery {
  /** The digest that the device runs; one that no release has, or `null`, is taken to be older than all of them. */
  readonly running: string | null
  /** Id of the release to get to. Throws when it is not among the releases. */
  readonly target: string
}

/**
 * The way from what a device runs to a release, over releases in publishing order. Forwards it stops at every barrier, and
 * before a release with a minimum at the newest one that the device may take; so it has no more stops than it must.
 * Backwards it is one step, and crosses no barrier.
 */
export function findRoute(releases: readonly ReleaseNode[], { running, target }: RouteQuery): Route {
  const from = running === null ? -1 : releases.findLastIndex(({ digests }) => digests.includes(running))
  const to = releases.findIndex(({ id }) => id === target)
  const [source, end] = [releases[from], releases[to]]
  if (!end) throw new Error(`release ${target} is not in the graph`)
  if (from === to) return { hops: [] }
  if (end.deadEnd) return { blocked: releaseIsDeadEnd(end) }
  if (source?.deadEnd && !source.deadEnd.mayLeave) return { blocked: onDeadEnd(source) }
  return to < from ? backwards(releases, from, to) : forwards(releases, from, to)
}

function backwards(releases: readonly ReleaseNode[], from: number, to: number): Route {
  const end = releases[to]
  const barrier = releases.slice(to + 1, from + 1).findLast((release) => release.barrier)
  if (barrier) return { blocked: crossesBarrier(barrier) }
  return { hops: end ? [end] : [] }
}

function forwards(releases: readonly ReleaseNode[], from: number, to: number): Route {
  const hops: ReleaseNode[] = []
  for (let at = from; at < to;) {
    const stop = nextStop(releases, at, to)
    const next = newestTakeable(releases, at, stop)
    const hop = releases[next]
    if (!hop) return { blocked: whyStuck(releases, stop) }
    hops.push(hop)
    at = next
  }
  return { hops }
}

// As far as one step may lead: the next barrier, or the target.
function nextStop(releases: readonly ReleaseNode[], at: number, to: number): number {
  const barrier = releases.findIndex((release, index) => index > at && index < to && release.barrier)
  return barrier === -1 ? to : barrier
}

// Whoever is further may take all that one behind may take, so the furthest step is never a wrong one.
function newestTakeable(releases: readonly ReleaseNode[], at: number, stop: number): number {
  return releases.findLastIndex(
    (release, index) => index > at && index <= stop && isOffered(release) && minimumOf(releases, release) <= at,
  )
}

function isOffered({ deadEnd, digests }: ReleaseNode): boolean {
  return deadEnd === null && digests.length > 0
}

function minimumOf(releases: readonly ReleaseNode[], { minimumFrom }: ReleaseNode): number {
  return minimumFrom === null ? -1 : releases.findIndex(({ id }) => id === minimumFrom)
}

function whyStuck(releases: readonly ReleaseNode[], stop: number): Because {
  const release = releases[stop]
  if (release && !isOffered(release)) return barrierUnavailable(release)
  const minimum = release && releases[minimumOf(releases, release)]
  return belowMinimum(release?.name ?? '', minimum?.name ?? '')
}
