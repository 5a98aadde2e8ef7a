import type { Decision } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

const holds: readonly string[] = ['convergence.holding', 'rollout.regressed']
const codes: readonly string[] = ['convergence.holding', 'convergence.running']

/** Whether a completed rollout with this reason holds those that converge to it. */
export function isHeld({ code }: { readonly code: string }): boolean {
  return holds.includes(code)
}

/** Whether a completed rollout says something else of those that converge to it with this decision. */
export function convergenceChanges({ state, because }: RolloutRow, decision: Decision): boolean {
  const { code } = decision.because
  if (state !== 'completed') return false
  if (because.code === code)
    return because['gate'] !== decision.because['gate'] || because['signalId'] !== decision.because['signalId']
  // That devices converge is told by their targets: how the rollout ended stays its reason.
  return codes.includes(because.code) || code === 'convergence.holding' || (isHeld(because) && codes.includes(code))
}

/** Writes that a gate holds those that converge, or that it does no more. */
export async function writeConvergence(
  tx: Tx,
  { rollout, now }: { rollout: RolloutRow; now: Date },
  decision: Decision,
): Promise<void> {
  if (!convergenceChanges(rollout, decision)) return
  const { id: rolloutId, organizationId, because: before } = rollout
  const event = { rolloutId, organizationId, at: now }
  const { because } = decision
  if (because.code === 'convergence.holding')
    await tx.rolloutEvent.create({ data: { ...event, kind: 'rollout.held', because: { ...because } } })
  else if (isHeld(before) && !isHeld(because))
    await tx.rolloutEvent.create({ data: { ...event, kind: 'rollout.released', because: resumed } })
}

const resumed = {
  code: 'convergence.resumed',
  message: 'No gate or signal holds those that converge any more: they go on.',
}
