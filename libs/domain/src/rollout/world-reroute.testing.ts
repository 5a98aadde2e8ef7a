import type { RolloutState } from './lifecycle.ts'
import { earlyStates, type TargetState } from './target-lifecycle.ts'
import type { Hop, TargetView } from './view.ts'
import { routeOf } from './world-rollout.testing.ts'
import type { World, WorldRollout } from './world-state.testing.ts'
import { leaveOneByOne } from './wave-to-leave.ts'
import { viewOf } from './world-view.testing.ts'
import { write } from './world-write.testing.ts'

const states: readonly RolloutState[] = ['running', 'pausing', 'paused', 'completed']

/** Gives targets without a grant the way that the graph has for what their devices run by now. Returns whether there were any. */
export function reroute(world: World, rollout: WorldRollout): boolean {
  if (rollout.parent || !states.includes(rollout.state)) return false
  if (!world.options.releases.some(({ barrier }) => barrier)) return false
  const view = viewOf(world, rollout)
  const early = view.targets.filter(({ state }) => (earlyStates as readonly TargetState[]).includes(state))
  const leave = leaveOneByOne(view)
  const changes = early.flatMap((target) => {
    const digest = target.device.report?.bootedDigest ?? null
    if (digest === null || !isAtStart(target, digest)) return []
    const { hops, skip } = routeOf(world, rollout.release, digest)
    const ahead = target.route ? target.route.hops.slice(target.route.at, -1) : []
    if (skip === null && key(hops) === key(ahead)) return []
    const wave = skip === null ? target.wave : leave(target)
    return [changeOf(world, rollout, { target, hops, skip, wave, sameImage: hops[0]?.release === ahead[0]?.release })]
  })
  if (changes.length === 0) return false
  write(world, rollout, { targets: changes, waves: [], because: rollout.because, wakeAt: world.now })
  return true
}

function key(hops: readonly Hop[]): string {
  return hops.map(({ release }) => release).join()
}

// Who runs anything else than what its next hop starts from is judged by that: it fell back, or is further already.
function isAtStart({ route, accept }: TargetView, digest: string): boolean {
  const ahead = route ? route.hops.slice(route.at).flatMap((hop) => hop.accept) : accept
  if (ahead.includes(digest)) return false
  return !route || route.at === 0 || (route.hops[route.at - 1]?.accept.includes(digest) ?? false)
}

interface Rerouted {
  readonly target: TargetView
  readonly hops: readonly Hop[]
  readonly skip: string | null
  readonly wave: number | null
  readonly sameImage: boolean
}

function changeOf(world: World, rollout: WorldRollout, { target, hops, skip, wave, sameImage }: Rerouted) {
  const { deviceId, state, route } = target
  const because = { code: 'target.rerouted', message: 'The update graph has another way for it now.' }
  const told = state === 'pending' ? {} : ({ instruct: { kind: 'none' } } as const)
  const common = { deviceId, from: state, because, event: 'target.rerouted' }
  if (skip !== null) return { ...common, ...told, to: 'skipped', reason: skip, wave, dueAt: null } as const
  const row = rollout.rows.get(deviceId)
  // Hops that are done stay in the list, so that the numbers of the others do not jump.
  if (row) rollout.rows.set(deviceId, { ...row, hops: [...(route?.hops.slice(0, route.at) ?? []), ...hops] })
  return { ...common, ...(sameImage ? {} : told), to: sameImage ? state : 'pending', dueAt: world.now } as const
}
