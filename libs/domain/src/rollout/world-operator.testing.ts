import { nextState, type RolloutVerb } from './lifecycle.ts'
import { failureStates, type TargetState } from './target-lifecycle.ts'
import { countWave, type World } from './world.testing.ts'

/** Does what an operator does, if it is legal. */
export function command(world: World, verb: 'pause' | 'abort' | 'promote' | 'approve' | 'continue' | 'retry'): void {
  if (verb === 'approve') return approve(world)
  if (verb === 'promote') return promote(world)
  const legal: RolloutVerb = verb === 'continue' || verb === 'retry' ? 'resume' : verb
  const to = nextState(world.state, legal)
  if (!to) return
  const tripped = world.waves.some(({ state }) => state === 'tripped')
  if (tripped && verb === 'retry') retryFailed(world)
  if (tripped && verb === 'continue') excuse(world)
  if (legal === 'resume') reopen(world)
  world.state = to
  world.hint = true
}

function reopen(world: World): void {
  world.waves.forEach((wave, index) => {
    if (wave.state === 'tripped') world.waves[index] = { ...wave, state: 'open' }
    if (wave.approved && wave.state === 'pending') world.waves[index] = { ...wave, asked: false, approved: false }
  })
}

function excuse(world: World): void {
  world.waves.forEach((wave, index) => {
    const counts = countWave(world, index)
    const excused = failureStates.reduce((total, state) => total + (counts[state] ?? 0), 0)
    if (wave.state !== 'pending') world.waves[index] = { ...wave, excused }
  })
}

function retryFailed(world: World): void {
  for (const [id, row] of world.rows) {
    if (!(failureStates as readonly TargetState[]).includes(row.state)) continue
    const fresh = { state: 'pending', stateSince: world.now, dueAt: world.now, reason: null } as const
    world.rows.set(id, { ...row, ...fresh, grant: null, recalled: false, soakUntil: null, attempts: row.attempts + 1 })
    const device = world.devices.get(id)
    if (device) device.quarantined = false
  }
}

function approve(world: World): void {
  const next = world.waves.findIndex(({ state }) => state === 'pending')
  const wave = world.waves[next]
  if (world.state !== 'running' || !wave?.asked) return
  world.waves[next] = { ...wave, approved: true }
  world.hint = true
}

function promote(world: World): void {
  const next = world.waves.findIndex(({ state }) => state === 'pending')
  const wave = world.waves[next]
  if (world.state !== 'running' || !wave) return
  excuse(world)
  world.waves.forEach((one, index) => {
    if (one.state === 'open') world.waves[index] = { ...one, state: 'passed' }
  })
  const waits = world.options.policy.waves[wave.rule]?.approval === 'manual' && !wave.approved
  world.waves[next] = waits ? { ...wave, asked: true } : { ...wave, state: 'open', openedAt: world.now }
  world.hint = true
}
