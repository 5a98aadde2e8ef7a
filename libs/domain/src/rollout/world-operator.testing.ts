import { nextState, type RolloutVerb } from './lifecycle.ts'
import { failureStates, type TargetState } from './target-lifecycle.ts'
import { takesBack } from './world-current.testing.ts'
import { beginRollback } from './world-rollback.testing.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'
import { countWave } from './world-view.testing.ts'

export const buttons = ['pause', 'abort', 'promote', 'approve', 'continue', 'retry', 'roll_back'] as const
export type Button = (typeof buttons)[number]

/** Does what an operator does to a rollout, if it is legal. */
export function command(world: World, rollout: WorldRollout, button: Button): void {
  if (button === 'approve') return approve(rollout)
  if (rollout.state === 'completed' && goOnConverging(world, rollout, button)) return
  if (button === 'promote') return promote(world, rollout)
  if (button === 'roll_back' && !mayRollBack(world, rollout)) return
  const verb: RolloutVerb = button === 'continue' || button === 'retry' ? 'resume' : button
  const to = nextState(rollout.state, verb)
  if (!to) return
  if (verb === 'resume') resume(world, rollout, button)
  rollout.state = to
  rollout.hint = true
  if (to === 'rolling_back') beginRollback(world, rollout)
}

function resume(world: World, rollout: WorldRollout, button: Button): void {
  if (button === 'retry') retryFailed(world, rollout)
  if (button === 'continue') excuse(rollout)
  reopen(world, rollout)
}

// Returns whether that is what the button does to a completed rollout.
function goOnConverging(world: World, rollout: WorldRollout, button: Button): boolean {
  if (button !== 'retry' && button !== 'promote') return false
  if (world.current !== rollout && !takesBack(world, rollout)) return true
  if (button === 'retry') retryFailed(world, rollout)
  else if (isHeld(rollout)) excuse(rollout)
  rollout.hint = true
  return true
}

/** Whether a gate holds those that converge to it. */
export function isHeld({ state, because: { code } }: WorldRollout): boolean {
  return state === 'completed' && (code === 'convergence.holding' || code === 'rollout.regressed')
}

/** Releases the slots of devices that will not come back. */
export function releaseSlots({ rollouts, options, slots, down }: World): void {
  for (const { id, doing, offUntil } of options.devices) {
    if (doing !== 'gone' && Number.isFinite(offUntil)) continue
    slots.delete(id)
    down.delete(id)
  }
  for (const rollout of rollouts) rollout.hint = true
}

function mayRollBack({ rollouts }: World, rollout: WorldRollout): boolean {
  if (rollout.parent) return false
  const gone = ['aborted', 'rolled_back', 'superseded']
  const newer = rollouts.filter(({ parent, startedAt, state }) => {
    return parent === null && startedAt > rollout.startedAt && !gone.includes(state)
  })
  return rollout.state !== 'completed' || newer.length === 0
}

function reopen(world: World, rollout: WorldRollout): void {
  rollout.waves.forEach((wave, index) => {
    if (wave.state === 'tripped') rollout.waves[index] = { ...wave, state: 'open' }
    if (wave.approved && wave.state === 'pending') rollout.waves[index] = { ...wave, asked: false, approved: false }
  })
  if (rollout.haltedAt === null) return
  for (const row of rollout.rows.values()) {
    const { state, reason } = row
    if (state === 'reverted' && reason === 'rolled_back') tryAgain(world, rollout, { ...row, hop: 0 })
    if (state === 'skipped' && reason === 'rolling_back') tryAgain(world, rollout, row)
    const wasBack = state === 'skipped' && reason === 'already_on_digest' && wasTakenBack(world, rollout, row.deviceId)
    if (wasBack || (state === 'skipped' && reason === 'unreachable'))
      rollout.rows.set(row.deviceId, { ...row, reason: 'unreachable', dueAt: world.now })
  }
}

function wasTakenBack({ rollouts }: World, rollout: WorldRollout, deviceId: string): boolean {
  return rollouts.some(({ parent, rows }) => parent === rollout && rows.get(deviceId)?.firstGrantedAt != null)
}

function excuse(rollout: WorldRollout): void {
  rollout.waves.forEach((wave, index) => {
    const counts = countWave(rollout, index)
    const excused = failureStates.reduce((total, state) => total + (counts[state] ?? 0), 0)
    if (wave.state !== 'pending') rollout.waves[index] = { ...wave, excused }
  })
}

function retryFailed(world: World, rollout: WorldRollout): void {
  for (const row of rollout.rows.values()) {
    if (!(failureStates as readonly TargetState[]).includes(row.state)) continue
    tryAgain(world, rollout, { ...row, hop: 0, hopBootKey: null })
    world.devices.get(row.deviceId)?.quarantined.clear()
  }
  rollout.waves.forEach((wave, index) => {
    const counts = countWave(rollout, index)
    const failed = failureStates.reduce((total, state) => total + (counts[state] ?? 0), 0)
    rollout.waves[index] = { ...wave, excused: Math.min(wave.excused, failed) }
  })
}

function tryAgain({ now }: World, { rows }: WorldRollout, row: Row): void {
  const fresh = { state: 'pending', stateSince: now, dueAt: now, reason: null, attempts: 0, backoff: null } as const
  const soak = { soakUntil: null, soakBootKey: null }
  rows.set(row.deviceId, { ...row, ...fresh, ...soak, grant: null, recalled: false })
}

function approve(rollout: WorldRollout): void {
  const next = rollout.waves.findIndex(({ state }) => state === 'pending')
  const wave = rollout.waves[next]
  if (rollout.state !== 'running' || !wave?.asked) return
  rollout.waves[next] = { ...wave, approved: true }
  rollout.hint = true
}

function promote(world: World, rollout: WorldRollout): void {
  const next = rollout.waves.findIndex(({ state }) => state === 'pending')
  const wave = rollout.waves[next]
  if (rollout.state !== 'running' || !wave) return
  excuse(rollout)
  rollout.waves.forEach((one, index) => {
    if (one.state === 'open') rollout.waves[index] = { ...one, state: 'passed', promotedBy: 'Ada' }
  })
  const waits = rollout.policy.waves[wave.rule]?.approval === 'manual' && !wave.approved
  rollout.waves[next] = waits ? { ...wave, asked: true } : { ...wave, state: 'open', openedAt: world.now }
  rollout.hint = true
}
