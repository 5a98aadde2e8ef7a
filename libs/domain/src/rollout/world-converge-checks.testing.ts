import type { Decision } from './decision.ts'
import type { GateRule } from './policy.ts'
import { failureStates, hasEnded, type TargetState } from './target-lifecycle.ts'
import type { WaveView } from './view.ts'
import { laterThan } from './world-converge.testing.ts'
import { must } from './world-must.testing.ts'
import { convergesTo, waitsForDevice } from './world-current.testing.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'

interface Member {
  readonly wave: number | null
  readonly state: TargetState
}

/** What must be true of every decision about a completed rollout, and about one that completes. */
export function watchConvergence(world: World, rollout: WorldRollout, decision: Decision): void {
  const after = membersAfter(rollout, decision)
  if (decision.rollout?.to === 'completed')
    must(
      after.every(({ state }) => hasEnded(state)),
      'nobody is left when it completes',
      after,
    )
  if (rollout.state !== 'completed') return
  must(decision.rollout === undefined, 'a verdict that was told stays', decision.rollout)
  must(decision.waves.length === 0, 'waves are not judged anew', decision.waves)
  const given = decision.targets.filter(({ from, to, instruct, event }) => {
    return (from === 'pending' && to === 'offered') || instruct?.kind === 'apply' || event === 'target.assigned'
  })
  if (given.length > 0) must(convergesTo(world, rollout), 'what is newer comes first', given)
  const tripped = rollout.waves.filter((wave) => trips(rollout, wave, after))
  must(given.length === 0 || tripped.length === 0, 'a gate that tripped holds who converges', [given, tripped])
  watchNumbers(rollout, decision, after)
}

function membersAfter({ rows }: WorldRollout, { targets }: Decision): Member[] {
  const after = new Map<string, Member>(rows)
  for (const { deviceId, wave, to } of targets)
    after.set(deviceId, { wave: wave === undefined ? (after.get(deviceId)?.wave ?? null) : wave, state: to })
  return [...after.values()]
}

// Nobody who gates by rates or by a sequential test is in the world.
function trips({ policy }: WorldRollout, wave: WaveView, all: readonly Member[]): boolean {
  const { eligible, failures } = countOf(wave, all)
  const { maxFailures = Number.POSITIVE_INFINITY, minSuccessPercent = 0 } = (policy.waves[wave.rule]?.gate ??
    {}) as Partial<GateRule>
  if (eligible <= 0) return false
  return failures > maxFailures || (eligible - failures) * 100 < minSuccessPercent * eligible
}

function countOf({ index, size, excused }: WaveView, all: readonly Member[]) {
  const members = all.filter(({ wave }) => wave === index)
  const count = (states: readonly TargetState[]) => members.filter(({ state }) => states.includes(state)).length
  const failed = count(failureStates)
  const forgiven = Math.min(excused, failed)
  return { eligible: size - count(['skipped', 'reverted']) - forgiven, failures: failed - forgiven }
}

// What it says that it counted is what there is to count.
function watchNumbers({ waves }: WorldRollout, { because }: Decision, after: readonly Member[]): void {
  const wave = waves[Number(because['wave'])]
  if (because.code !== 'convergence.holding' || because['gate'] !== 'gate.too_many_failures' || !wave) return
  must(because['numerator'] === countOf(wave, after).failures, 'a gate that holds counts right', because)
}

/** Whoever is there by the end has ended with a reason in what devices of the channel belong on. */
export function checkPresent(world: World): void {
  const { current, enrolled, presence } = world
  if (!current || !convergesTo(world, current)) return
  for (const deviceId of enrolled) {
    const { connected, report } = presence.get(deviceId) ?? { connected: false, report: null }
    if (!connected || report === null) continue
    const row = current.rows.get(deviceId)
    // Who brought the image along when it joined is no target.
    const isThere = current.release.digests.some((digest) => digest === report.bootedDigest)
    must(row ? isNamed(row) : isThere, 'whoever is there has ended with a reason', [deviceId, row])
    must(!row || !waitsForDevice(world, current, row), 'nobody who is there is waited for', [deviceId, row])
    const later = laterThan(world, current, deviceId)
    must(row?.reason !== 'taken_over' || later !== undefined, 'who is left to another rollout has it', [deviceId, row])
  }
}

function isNamed({ state, reason }: Row): boolean {
  return hasEnded(state) && (state === 'succeeded' || reason !== null)
}
