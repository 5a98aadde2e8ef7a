import type { TargetState } from './target-lifecycle.ts'
import type { DeviceView, Instant, TargetView } from './view.ts'

const pulling: readonly TargetState[] = ['offered', 'downloading']

/**
 * Milliseconds that a device has ever been connected, up to now. It stands still while the device is away, so what runs by
 * it is not begun again by a device that comes and goes. `null` where that is not known.
 */
export function connectedClock(device: DeviceView, now: Instant): number | null {
  const { connectedMs, connected, connectedAt, lastSeenAt } = device
  if (connectedMs === undefined || connectedAt === null) return null
  return connectedMs + Math.max(0, (connected ? now : (lastSeenAt ?? connectedAt)) - connectedAt)
}

/** Where the clock of a download stands that a target is in after a change of its state: what goes on keeps its own. */
export function pullFromAfter(target: TargetView, to: TargetState, now: Instant): number | null {
  if (!pulling.includes(to)) return null
  return pulling.includes(target.state) ? (target.pullFrom ?? null) : connectedClock(target.device, now)
}

/** Milliseconds of connected time since a target began to pull; `null` where that is not known. */
export function pulledFor({ device, pullFrom = null }: TargetView, now: Instant): number | null {
  const clock = connectedClock(device, now)
  return clock === null || pullFrom === null ? null : clock - pullFrom
}
