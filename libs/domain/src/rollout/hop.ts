import type { TargetChange } from './decision.ts'
import type { Hop, TargetView } from './view.ts'

/** Whether what the device is to boot now is a stop on the way to the target release. */
export function hasMoreHops({ route }: Pick<TargetView, 'route'>): boolean {
  return route !== undefined && route.at < route.hops.length - 1
}

/** The stop that the device is to boot now, if it is one of several, and its number from 1. */
export function hopNow({ route }: Pick<TargetView, 'route'>): { hop: Hop; number: number; of: number } | undefined {
  const hop = route?.hops[route.at]
  return route && hop && route.hops.length > 1 ? { hop, number: route.at + 1, of: route.hops.length } : undefined
}

type Place = Pick<TargetView, 'route' | 'accept' | 'fromDigest' | 'fromBootKey'>

/** What changes of a target with its place on its route: the next stop is what it is judged by, and starts from the last. */
export function hopAfter(target: TargetView, change: TargetChange['hop']): Place {
  const { route, accept, fromDigest, fromBootKey } = target
  const hop = change && route?.hops[change.at]
  if (!change || !route || !hop) return { route, accept, fromDigest, fromBootKey }
  const before = route.hops[change.at - 1]
  return {
    route: { ...route, at: change.at },
    accept: hop.accept,
    fromDigest: before?.accept[0] ?? fromDigest,
    fromBootKey: change.bootKey,
  }
}
