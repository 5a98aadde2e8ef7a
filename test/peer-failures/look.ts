import { decide, type Decision, type RolloutView, type TargetView } from '@bootfleet/domain'
// The builders are the engine's own, and no package exports them: nothing that ships may need them.
// oxlint-disable-next-line no-restricted-imports -- no package exports the builders of tests
import { aDevice, aTarget, aView, now, offline } from '../../libs/domain/src/rollout/view.testing.ts'

// oxlint-disable-next-line no-restricted-imports -- no package exports the builders of tests
export * from '../../libs/domain/src/rollout/view.testing.ts'

/** What the engine decides about a rollout with these targets. */
export function look(targets: readonly TargetView[], over: Partial<RolloutView> = {}, at = now): Decision {
  return decide(aView(targets, over), at)
}

/** So many targets, alike but for their devices. */
export function many(count: number, make: (over: Partial<TargetView>) => TargetView): TargetView[] {
  return Array.from({ length: count }, (_none, index) => make({ deviceId: `device-${index + 1}` }))
}

/** Planned, in no wave yet, connected. */
export function waiting(over: Partial<TargetView> = {}): TargetView {
  return aTarget('pending', { deviceId: 'waiting', wave: null, dueAt: null, ...over })
}

/** Planned, in no wave yet, and not seen for a long time. */
export function away(over: Partial<TargetView> = {}): TargetView {
  return waiting({ device: aDevice({ ...offline, lastSeenAt: null }), ...over })
}

/** Has ended, and nothing more is expected of it. */
export function ended(state: 'succeeded' | 'failed' | 'skipped', over: Partial<TargetView> = {}): TargetView {
  return aTarget(state, { grant: null, dueAt: null, ...over })
}

/** Devices that were given something: told to stage, or granted their reboot. */
export function given({ targets }: Decision): string[] {
  return targets.filter(({ to }) => to === 'offered' || to === 'granted').map(({ deviceId }) => deviceId)
}
