import type { z } from 'zod'
import { PolicyInput } from '@bootfleet/contracts'
import { endStates } from '@bootfleet/domain'
import type { InboundMessage } from '../device-link/ingest/inbound.ts'
import { expirePresence } from '../device-link/dispatch/expire-presence.ts'
import { ingestBatch } from '../device-link/ingest/ingest-batch.ts'
import { advanceRollout } from './advance-rollout.ts'
import { findDueRollouts } from './find-due-rollouts.ts'
import { outlast } from './outlast.testing.ts'
import { checkMoment, checkReturns } from './storm-checks.testing.ts'
import { press, pressSomething, readRollouts } from './storm-operator.testing.ts'
import type { Storm, StormRollout } from './storm-state.testing.ts'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A policy whose times pass within a few rounds. */
export function stormPolicy(chance: () => number): z.output<typeof PolicyInput> {
  const gate =
    chance() < 0.5
      ? { minConcluded: 1, minSuccessPercent: 0 }
      : { maxFailures: Math.floor(chance() * 3), minConcluded: 1, minSuccessPercent: chance() < 0.5 ? 100 : 50 }
  const narrowed = (third: number) => (chance() < 0.3 ? { selector: `third=${third}` } : {})
  const approval = chance() < 0.25 ? 'manual' : 'auto'
  return PolicyInput.parse({
    waves: [
      { name: 'canary', size: { count: 1 + Math.floor(chance() * 2) }, soakSec: 30, gate, ...narrowed(1) },
      { name: 'half', size: { percent: 50 }, soakSec: 20, gate, approval, ...narrowed(2) },
    ],
    rest: { name: 'rest', soakSec: chance() < 0.5 ? 0 : 30, gate },
    timeouts: {
      downloadSec: 300,
      grantSec: 60,
      applySec: 180,
      healthSec: 120,
      unreachableAfterSec: 120,
      giveUpAfterSec: 600,
    },
    onTrip: (['pause', 'pause', 'rollback', 'abort'] as const)[Math.floor(chance() * 4)],
    unreachable: (['replace', 'wait', 'fail'] as const)[Math.floor(chance() * 3)],
  })
}

/** One moment: devices live, the network delivers, two workers advance, and somebody may press a button. All at once. */
export async function tick(storm: Storm): Promise<void> {
  const { chance, calm } = storm
  storm.risky -= 1
  storm.advance(calm ? 35 : 1 + Math.floor(chance() * 40))
  if (!calm) strike(storm)
  await deliverDocuments(storm)
  for (const device of storm.devices) {
    if (calm || chance() < 0.8) device.step()
    storm.network.push(...device.sent.splice(0))
  }
  const batches = takeBatches(storm)
  await Promise.all([
    ...batches.map((batch) => ingest(storm, batch)),
    advanceDue(storm),
    calm ? undefined : advanceDue(storm),
    chance() < 0.3 ? outlast(storm, () => expirePresence(storm.unsafe)) : undefined,
    !calm && chance() < 0.2 ? pressSomething(storm) : undefined,
  ])
  storm.problems.push(...(await checkMoment(storm)))
}

function strike(storm: Storm): void {
  const { chance } = storm
  // A clock that was wrong is set right, either way.
  if (chance() < 0.04) storm.advance(Math.floor(chance() * 120) - 60)
  if (chance() > 0.04) return
  // The broker is restarted: nobody says goodbye, and what was under way is gone.
  storm.network = []
  for (const device of storm.devices) device.loseConnection()
}

async function ingest(storm: Storm, batch: readonly InboundMessage[]): Promise<void> {
  const { unsafe, devices, calm, chance } = storm
  const outcome = await outlast(storm, () => ingestBatch(unsafe, batch))
  // What was not acknowledged is sent again.
  if (!outcome) storm.network.push(...batch)
  else for (const message of batch) hear(storm, message)
  for (const { deviceId, control } of outcome?.controls ?? [])
    if (control.kind === 'resync' && (calm || chance() < 0.7)) devices.find(({ id }) => id === deviceId)?.resync()
}

function hear({ heard }: Storm, { deviceId, up }: InboundMessage): void {
  if (up.kind === 'up/state') heard.set(deviceId, Math.max(heard.get(deviceId) ?? 0, up.envelope.seq))
}

async function deliverDocuments(storm: Storm): Promise<void> {
  const { chance, calm, devices, old, services } = storm
  const rows = await services.db.transaction('system', (tx) =>
    tx.deviceDesired.findMany({ where: { deviceId: { in: devices.map(({ id }) => id) } } }),
  )
  const stored = new Map(
    rows.map(({ deviceId, gen, hash, payload }) => [deviceId, { gen: Number(gen), hash, payload }]),
  )
  for (const device of devices) {
    const newest = stored.get(device.id)
    const known = old.get(device.id) ?? []
    if (newest && known.at(-1)?.gen !== newest.gen) known.push(newest)
    old.set(device.id, known)
    const late = known[Math.floor(chance() * known.length)]
    if (!calm && late && chance() < 0.15) device.receive(late)
    if (newest && (calm || chance() < 0.75)) device.receive(newest)
  }
}

function takeBatches(storm: Storm): InboundMessage[][] {
  const { chance, calm } = storm
  const batches: InboundMessage[][] = [[], []]
  const later: InboundMessage[] = []
  for (const message of storm.network.toSorted(() => chance() - 0.5)) {
    if (!calm && chance() < 0.1) continue
    const copies = !calm && chance() < 0.15 ? 2 : 1
    for (let copy = 0; copy < copies; copy++)
      (!calm && chance() < 0.15 ? later : batches[Math.floor(chance() * 2)])?.push(message)
  }
  storm.network = later
  return batches.filter((batch) => batch.length > 0)
}

/** What a worker does that hears no hints. One that dies is started again. */
export async function advanceDue(storm: Storm): Promise<void> {
  const { services, unsafe } = storm
  for (let turn = 0; turn < 80; turn++) {
    const own = new Set((await readRollouts(storm)).map(({ id }) => id))
    const due = (await findDueRollouts(services, { limit: 100 })).filter((id) => own.has(id))
    if (due.length === 0) return
    for (const rolloutId of due) await outlast(storm, () => advanceRollout(unsafe, { rolloutId }))
  }
  throw new Error('the rollouts never come to rest')
}

/** Where an operator has to say how to go on. */
const holds = ['wave.nobody_left', 'wave.nobody_succeeded', 'rollout.no_targets']
const ended = ['completed', 'aborted', 'rolled_back', 'superseded']

/** The weather is fine and operators look after the rollouts: they must come to an end. */
export async function calmDown(storm: Storm): Promise<void> {
  storm.calm = true
  for (const device of storm.devices) device.calm = true
  for (let round = 0; round < 150; round++) {
    await tick(storm)
    // What was reported while the workers looked is not judged yet.
    await advanceDue(storm)
    const rollouts = await readRollouts(storm)
    if (rollouts.every(isOver) && (await isSettled(storm))) return
    for (const rollout of rollouts) await lookAfter(storm, rollout, round)
    if (round > 20) storm.advance(60)
  }
  const rollouts = await readRollouts(storm)
  const { groupId, devices } = storm
  const slots = await storm.services.db.transaction('system', (tx) => tx.budgetSlot.findMany({ where: { groupId } }))
  const holders = slots.map(({ deviceId }) => devices.find(({ id }) => id === deviceId)?.kind)
  throw new Error(`never ended: ${JSON.stringify([rollouts, await countOpen(storm), holders])}`)
}

function isOver({ state, endedAt }: StormRollout): boolean {
  return ended.includes(state) && endedAt !== null
}

// A device that was given up and comes back after the end is followed to its own.
async function isSettled(storm: Storm): Promise<boolean> {
  if (storm.devices.some(({ isAway, isDead }) => isAway && !isDead) || (await countOpen(storm)).length > 0) return false
  return (await checkReturns(storm, await readRollouts(storm))).length === 0
}

function countOpen({ services, channelId }: Storm) {
  const where = { rollout: { channelId }, state: { notIn: [...endStates] } }
  return services.db.transaction('system', (tx) =>
    tx.rolloutTarget.findMany({ where, select: { rolloutId: true, deviceId: true, state: true } }),
  )
}

async function lookAfter(storm: Storm, rollout: StormRollout, round: number): Promise<void> {
  const { state, because, waits, kind } = rollout
  if (state === 'paused') return press(storm, rollout, 'continue')
  if (waits !== null) await press(storm, rollout, 'approve')
  if (round > 10 && waitsForSlot(rollout, round)) await press(storm, rollout, 'release')
  if (holds.includes(because.code) && round > 20) await press(storm, rollout, round % 2 === 0 ? 'promote' : 'abort')
  if (state !== 'running' || round <= 30 || kind === 'rollback') return
  if (await waitsForTheDead(storm, rollout)) await press(storm, rollout, 'promote')
}

// What converges to a completed one may wait for the slot of a dead device, which only its targets tell.
function waitsForSlot({ state, because }: StormRollout, round: number): boolean {
  return because.code === 'budget.full' || (state === 'completed' && round > 90)
}

// A device that was tried again and is gone for good: with `unreachable: wait` only an operator ends that.
async function waitsForTheDead({ services, devices }: Storm, { id: rolloutId }: StormRollout): Promise<boolean> {
  const dead = devices.filter(({ isDead }) => isDead).map(({ id }) => id)
  const where = { rolloutId, deviceId: { in: dead }, state: { in: ['pending', 'offered', 'downloading', 'staged'] } }
  return (await services.db.transaction('system', (tx) => tx.rolloutTarget.count({ where }))) > 0
}
