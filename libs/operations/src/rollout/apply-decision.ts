import type { Event } from '@bootfleet/contracts'
import type { Decision, RolloutState, RolloutView, WaveChange } from '@bootfleet/domain'
import type { Prisma, Tx } from '@bootfleet/db'
import { emit } from '../outbox.ts'
import { convergenceChanges, writeConvergence } from './convergence-events.ts'
import { foldChanges } from './fold-changes.ts'
import { writeGrantOrder } from './grant-order.ts'
import { holdChanges, writeHold } from './hold-events.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { writeHops } from './write-hops.ts'
import { writeInstructions, type InstructionContext } from './write-instructions.ts'
import { writeSlots } from './write-slots.ts'
import { postponeTargets, writeTargets } from './write-targets.ts'

/** Writes a decision: targets, slots, desired documents, events, waves, the rollout, and hints. A fixed number of statements. */
export async function applyDecision(
  tx: Tx,
  ctx: InstructionContext,
  { view, decision }: { view: RolloutView; decision: Decision },
): Promise<void> {
  const { rollout, now } = ctx
  const { changed, postponed } = foldChanges(view.targets, decision.targets, now)
  await writeTargets(tx, rollout.id, changed)
  await writeHops(tx, rollout.id, changed)
  await writeGrantOrder(tx, rollout, { view, changed })
  await postponeTargets(tx, rollout.id, postponed)
  await writeSlots(tx, { organizationId: rollout.organizationId, rolloutId: rollout.id, now }, changed)
  await writeInstructions(tx, ctx, changed)
  await writeEvents(tx, ctx, decision)
  for (const wave of decision.waves) await writeWave(tx, ctx, wave)
  await writeHold(tx, ctx, decision)
  await writeConvergence(tx, ctx, decision)
  await writeRollout(tx, ctx, decision)
  const moved =
    changed.length > 0 ||
    decision.waves.length > 0 ||
    decision.rollout !== undefined ||
    tellsRegression(rollout, decision) ||
    holdChanges(rollout, decision) ||
    convergenceChanges(rollout, decision)
  if (moved)
    await emit(
      tx,
      rollout.organizationId,
      hints(
        rollout.id,
        changed.map(({ deviceId }) => deviceId),
      ),
    )
}

function hints(rolloutId: string, deviceIds: readonly string[]): Event[] {
  const events: Event[] = [{ kind: 'rollout.changed', rolloutId }]
  for (let from = 0; from < deviceIds.length; from += 100)
    events.push({ kind: 'device.changed', deviceIds: deviceIds.slice(from, from + 100) })
  return events
}

async function writeEvents(tx: Tx, { rollout, now }: InstructionContext, decision: Decision): Promise<void> {
  const common = { organizationId: rollout.organizationId, rolloutId: rollout.id, at: now }
  const targets = decision.targets.flatMap(({ event, because, deviceId, wave }) =>
    event === undefined ? [] : [{ ...common, kind: event, because: { ...because }, deviceId, wave: wave ?? null }],
  )
  const waves = decision.waves.flatMap(({ event, because, index, evaluations }) =>
    event === undefined
      ? []
      : [{ ...common, kind: event, because: withEvaluations(because, evaluations), wave: index }],
  )
  const moves = decision.rollout
    ? [{ ...common, kind: `rollout.${decision.rollout.to}`, because: { ...decision.rollout.because } }]
    : []
  const data = [
    ...targets,
    ...waves,
    ...moves,
    ...(tellsRegression(rollout, decision) ? [regression(common, decision)] : []),
  ]
  if (data.length > 0) await tx.rolloutEvent.createMany({ data })
}

// Once: from then on it is what the rollout says of itself.
function tellsRegression({ because }: RolloutRow, decision: Decision): boolean {
  return decision.because.code === 'rollout.regressed' && because.code !== 'rollout.regressed'
}

function regression<C extends object>(common: C, { because, evaluations }: Decision) {
  return { ...common, kind: 'rollout.regressed', because: withEvaluations(because, evaluations) }
}

function withEvaluations(
  because: WaveChange['because'],
  evaluations: WaveChange['evaluations'],
): Prisma.InputJsonObject {
  return { ...because, ...(evaluations && { evaluations: evaluations.map((evaluation) => ({ ...evaluation })) }) }
}

async function writeWave(tx: Tx, { rollout, now }: InstructionContext, wave: WaveChange): Promise<void> {
  await tx.rolloutWave.update({
    where: { rolloutId_index: { rolloutId: rollout.id, index: wave.index } },
    data: {
      state: wave.state,
      ...(wave.evaluations && { evaluation: wave.evaluations.map((evaluation) => ({ ...evaluation })) }),
      ...timeOf(wave, now),
    },
  })
}

// What stays pending has asked for a person.
function timeOf({ state }: WaveChange, now: Date) {
  if (state === 'pending') return { approvalAskedAt: now }
  if (state === 'open') return { openedAt: now }
  // What was promoted, and opened again after a trip, may pass its gate after all.
  return { concludedAt: now, ...(state === 'passed' && { promotedAt: null, promotedBy: null }) }
}

// A device that connects, or a slot that is freed elsewhere, is only hinted at. What waits for it looks by itself as well.
const recheckMs = 30_000
const rechecked: readonly RolloutState[] = ['running', 'pausing', 'aborting', 'rolling_back', 'superseded']

function nextLook(state: RolloutState, wakeAt: number | null, now: Date): Date | null {
  if (!rechecked.includes(state)) return wakeAt === null ? null : new Date(wakeAt)
  return new Date(Math.min(wakeAt ?? Infinity, now.getTime() + recheckMs))
}

// Devices that converge are looked after like those of a rollout that runs.
function stateToLook({ state }: RolloutRow, { converging, ended, rollout }: Decision): RolloutState {
  if (converging) return 'running'
  return ended ? 'completed' : (rollout?.to ?? state)
}

const endings: readonly RolloutState[] = ['completed', 'aborted', 'rolled_back']

async function writeRollout(tx: Tx, { rollout, now }: InstructionContext, decision: Decision): Promise<void> {
  const to = decision.rollout?.to
  const over = decision.ended === true || endings.includes(to ?? rollout.state)
  await tx.rollout.update({
    where: { id: rollout.id },
    data: {
      ...(tellsWhy(rollout, decision) && { because: { ...decision.because } }),
      wakeAt: nextLook(stateToLook(rollout, decision), decision.wakeAt, now),
      ...(to && movedTo(rollout, to, now)),
      ...(over && { endedAt: rollout.endedAt ?? now }),
    },
  })
  if (to === 'completed' && rollout.kind !== 'rollback') await moveChannel(tx, rollout)
}

function movedTo({ state }: RolloutRow, to: RolloutState, now: Date): Prisma.RolloutUpdateInput {
  const halted = state === 'rolling_back' && to === 'paused'
  return { state: to, version: { increment: 1 }, ...(halted && { haltedAt: now }) }
}

// Why it left `running` is what people want to read as long as it stays away: a trip, a person's pause.
function tellsWhy(before: RolloutRow, decision: Decision): boolean {
  const { because, rollout } = decision
  if (before.state === 'running' || because.code === 'rollout.regressed') return true
  return convergenceChanges(before, decision) || (before.state === 'rolling_back' && rollout !== undefined)
}

// `current` moves only when a rollout to the whole channel completes.
async function moveChannel(tx: Tx, { id, channelId, releaseId, selector }: RolloutRow): Promise<void> {
  if (selector !== null) return
  const { currentReleaseId, currentRolloutId } = await tx.channel.findUniqueOrThrow({
    where: { id: channelId },
    select: { currentReleaseId: true, currentRolloutId: true },
  })
  const previous = { previousReleaseId: currentReleaseId, previousRolloutId: currentRolloutId }
  await tx.rollout.update({ where: { id }, data: previous })
  const current = { currentReleaseId: releaseId, currentRolloutId: id, joinCursor: null }
  await tx.channel.update({ where: { id: channelId }, data: current })
}
