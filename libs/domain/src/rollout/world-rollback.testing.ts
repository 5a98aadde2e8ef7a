import type { ReportView } from './view.ts'
import { aPlannedWave, aRow, blank, isBusy, isQuarantined, skipped } from './world-rollout.testing.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'
import type { ReleaseNode } from '../update-graph/release-node.ts'
import { whyNoWayBack } from '../update-graph/way-back.ts'

/** Makes the roll-back of a rollout, which has just moved to `rolling_back`. */
export function beginRollback(world: World, parent: WorldRollout): WorldRollout {
  const soakSec = Math.min(...parent.policy.waves.map((wave) => wave.soakSec))
  const waves = [{ name: 'rollback', size: null, soakSec, gate: { minConcluded: 1, minSuccessPercent: 0 } }]
  const policy = { ...parent.policy, waves, onTrip: 'pause', unreachable: 'wait' } as const
  const child = { ...blank(world), release: parent.release, policy, parent }
  for (const row of parent.rows.values()) {
    const back = plannedBack(world, parent, row)
    if (back) child.rows.set(row.deviceId, back)
  }
  const eligible = [...child.rows.values()].filter(({ state }) => state === 'pending').length
  if (eligible > 0) child.waves.push(aPlannedWave(0, 0, eligible))
  world.rollouts.push(child)
  if (world.current === parent) world.current = parent.previous?.state === 'completed' ? parent.previous : null
  world.seeksJoiners = world.current !== null
  return child
}

/** A target of a rollout as its roll-back plans it now; `null`: it has nothing to do with that. */
export function plannedBack(world: World, parent: WorldRollout, own: Row): Row | null {
  const { release } = parent
  const { deviceId } = own
  const report = world.presence.get(deviceId)?.report ?? null
  const before = grantedBefore(world, parent, deviceId)
  const bootKey = bootOf(release, report)
  if (bootKey === null && !wasGranted(own) && !before.some((row) => mayComeUp(row, report))) return null
  const goal = lastGood(release, own, before)
  const from = { fromDigest: release.digests[0] ?? null, fromBootKey: bootKey }
  const row = { ...aRow(deviceId, [goal ?? '']), ...from }
  const decided = [own, ...before].every((one) => !isUndecided(one, report))
  const skip = whyLeftAlone(release, goal, decided ? report : null) ?? whyNoWay(world, parent, { deviceId, goal })
  return skip === null ? row : skipped(row, skip)
}

function mayComeUp(row: Row, report: ReportView | null): boolean {
  return isBusy(row.state) || isUndecided(row, report)
}

// What rollouts of the same release, whose place it took, did to a device that they granted its reboot; the newest first.
function grantedBefore({ rollouts }: World, parent: WorldRollout, deviceId: string): Row[] {
  const isBefore = (rollout: WorldRollout): boolean => {
    const { supersededBy } = rollout
    return supersededBy !== null && (supersededBy === parent || isBefore(supersededBy))
  }
  const same = rollouts.filter((one) => one.release === parent.release && one.parent === null && isBefore(one))
  const rows = same.flatMap(({ rows: of }) => of.get(deviceId) ?? []).filter(wasGranted)
  return rows.toSorted((one, other) => (other.firstGrantedAt ?? -1) - (one.firstGrantedAt ?? -1))
}

function lastGood({ digests }: ReleaseNode, own: Row, before: readonly Row[]): string | null {
  const ran = [own, ...before].map(({ fromDigest }) => fromDigest)
  const others = ran.filter((digest) => digest !== null && !digests.includes(digest))
  return others[0] ?? own.fromDigest
}

function wasGranted({ firstGrantedAt, state }: Row): boolean {
  return firstGrantedAt !== null || isBusy(state) || state === 'succeeded'
}

function bootOf(release: ReleaseNode, report: ReportView | null): string | null {
  return report && runs(report, release) ? report.bootKey : null
}

function runs(report: ReportView | null, { digests }: ReleaseNode): boolean {
  return digests.some((digest) => digest === report?.bootedDigest)
}

// Without a report: it may come up on either image.
function whyLeftAlone(release: ReleaseNode, goal: string | null, report: ReportView | null): string | null {
  if (goal === null || release.digests.includes(goal)) return 'no_last_good'
  if (typeof report?.bootedDigest !== 'string') return null
  if (report.bootedDigest === goal) return 'already_on_digest'
  return runs(report, release) ? null : 'other_image'
}

function isUndecided({ state, grant }: Row, report: ReportView | null): boolean {
  return state === 'granted' || state === 'rebooting' || (state === 'timed_out' && grant?.bootKey === report?.bootKey)
}

function whyNoWay(
  world: World,
  { release: { id: release } }: WorldRollout,
  { deviceId, goal }: { deviceId: string; goal: string | null },
): string | null {
  if (whyNoWayBack(world.options.releases, { release, to: goal })) return 'crosses_barrier'
  return isQuarantined(world, deviceId, goal ?? '') ? 'quarantined' : null
}

/** The target of a roll-back as it is judged when its device is there: nothing is undecided then. */
export function judgedBack(world: World, { parent, rows }: WorldRollout, deviceId: string): Row | null {
  const [row, own] = [rows.get(deviceId), parent?.rows.get(deviceId)]
  if (!row || !own || !parent) return null
  const back = plannedBack(world, parent, own) ?? skipped(row, 'other_image')
  const booted = world.presence.get(deviceId)?.report?.bootedDigest ?? null
  if (booted === null || parent.release.digests.includes(booted)) return back
  return skipped(back, row.accept.includes(booted) ? 'already_on_digest' : 'other_image')
}
