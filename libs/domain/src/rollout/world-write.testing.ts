import type { Decision, Instruction, TargetChange } from './decision.ts'
import type { RolloutState } from './lifecycle.ts'
import type { Instant } from './view.ts'
import { placeOf } from './world-view.testing.ts'
import type { Row, ToldBy, World, WorldRollout } from './world-state.testing.ts'

/** Writes a decision down as the operations do. */
export function write(world: World, rollout: WorldRollout, decision: Decision): void {
  const changes = new Map<string, TargetChange[]>()
  for (const change of decision.targets) changes.set(change.deviceId, [...(changes.get(change.deviceId) ?? []), change])
  for (const [deviceId, list] of changes) fold(world, rollout, { deviceId, list })
  for (const { index, state } of decision.waves) {
    const wave = rollout.waves[index]
    const asked = state === 'pending' || wave?.asked === true
    if (wave) rollout.waves[index] = { ...wave, state, asked, openedAt: state === 'open' ? world.now : wave.openedAt }
  }
  if (decision.rollout) moveTo(world, rollout, decision.rollout.to)
  if (decision.ended) rollout.ended = true
  rollout.because = decision.because
  rollout.wakeAt = decision.wakeAt
}

function moveTo(world: World, rollout: WorldRollout, to: RolloutState): void {
  if (to === 'paused' && rollout.state === 'rolling_back') rollout.haltedAt = world.now
  rollout.state = to
  if (to !== 'completed' || rollout.parent || !rollout.whole) return
  rollout.previous = world.current
  world.current = rollout
  world.seeksJoiners = false
}

function fold(
  world: World,
  rollout: WorldRollout,
  { deviceId, list }: { deviceId: string; list: readonly TargetChange[] },
): void {
  const row = rollout.rows.get(deviceId)
  if (!row) throw new Error(`no target ${deviceId}`)
  // What a later change leaves out stays as an earlier one said; a reason belongs to its own change.
  const end = list.reduce(({ reason: _outdated, ...earlier }, later) => ({ ...earlier, ...later }))
  if (list.every(({ event }) => event === undefined)) {
    rollout.rows.set(deviceId, { ...row, dueAt: end.dueAt })
    return
  }
  const moved = list.some(({ from, to }) => from !== to)
  const after = rowAfter(row, end, { now: world.now, since: moved ? world.now : row.stateSince })
  rollout.rows.set(deviceId, after)
  if (end.slot === 'take') world.slots.set(deviceId, { rollout: rollout.id, bootKey: end.grant?.bootKey ?? '' })
  if (end.slot === 'free' && world.slots.get(deviceId)?.rollout === rollout.id) world.slots.delete(deviceId)
  instruct(world, rollout, { row: after, instruction: end.instruct })
}

function rowAfter(row: Row, end: TargetChange, { now, since }: { now: Instant; since: Instant }): Row {
  const { to, reason = null, dueAt, wave = row.wave, recalled = row.recalled, attempts = row.attempts } = end
  const { backoff = row.backoff ?? null } = end
  const after = { ...row, state: to, reason, dueAt, wave, recalled, attempts, backoff, stateSince: since }
  return { ...after, ...soakAfter(row, end), ...grantAfter(row, end, now), ...hopAfter(row, end) }
}

function soakAfter({ soakBootKey, soakUntil }: Row, { soak }: TargetChange): Pick<Row, 'soakBootKey' | 'soakUntil'> {
  if (soak === undefined) return { soakBootKey, soakUntil }
  return { soakBootKey: soak?.bootKey ?? null, soakUntil: soak?.until ?? null }
}

function hopAfter({ hop, hopBootKey }: Row, { hop: next }: TargetChange): Pick<Row, 'hop' | 'hopBootKey'> {
  return next ? { hop: next.at, hopBootKey: next.bootKey } : { hop, hopBootKey }
}

// A grant that is renewed keeps its clock.
function grantAfter(row: Row, { grant, origin }: TargetChange, now: Instant): Partial<Row> {
  if (grant === undefined || grant === null) return { grant: grant === undefined ? row.grant : null }
  const given = { ...grant, at: grant.id === row.grant?.id ? row.grant.at : now }
  const from = origin && { fromDigest: origin.digest, fromBootKey: origin.bootKey }
  return { grant: given, firstGrantedAt: row.firstGrantedAt ?? now, ...from }
}

// An offer or a grant makes the document this rollout's; anything else must not undo what a newer one wrote.
function instruct(
  world: World,
  rollout: WorldRollout,
  { row, instruction }: { row: Row; instruction: TargetChange['instruct'] },
): void {
  const before = world.told.get(row.deviceId)
  if (!instruction || !before) return
  const takes = row.state === 'offered' || instruction.kind === 'apply'
  if (!takes && before.rollout !== null && before.rollout !== rollout.id) return
  const after = { ...contentOf(rollout, row, instruction), rollout: rollout.id }
  world.told.set(row.deviceId, { ...after, gen: isSame(before, after) ? before.gen : before.gen + 1 })
}

function contentOf(rollout: WorldRollout, row: Row, instruction: Instruction): Omit<ToldBy, 'gen' | 'rollout'> {
  const phase = ({ stage: 'staged', apply: 'applied', none: 'none' } as const)[instruction.kind]
  const grant = instruction.kind === 'apply' ? { id: instruction.grantId, conn: instruction.conn } : null
  const image = instruction.kind === 'none' ? null : (placeOf(rollout, row).accept[0] ?? null)
  return { phase, grant, image }
}

function isSame(one: Omit<ToldBy, 'gen'>, other: Omit<ToldBy, 'gen'>): boolean {
  const sameGrant = one.grant?.id === other.grant?.id && one.grant?.conn === other.grant?.conn
  return sameGrant && one.phase === other.phase && one.image === other.image
}
