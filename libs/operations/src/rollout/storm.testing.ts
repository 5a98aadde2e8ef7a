import type { z } from 'zod'
import { PolicyInput } from '@bootfleet/contracts'
import { endStates } from '@bootfleet/domain'
import type { InboundMessage } from '../device-link/ingest/inbound.ts'
import { expirePresence } from '../device-link/dispatch/expire-presence.ts'
import { ingestBatch } from '../device-link/ingest/ingest-batch.ts'
import { systemCtx, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { abortRollout } from './abort-rollout.ts'
import { advanceRollout } from './advance-rollout.ts'
import { findDueRollouts } from './find-due-rollouts.ts'
import { getRollout } from './get-rollout.ts'
import { pauseRollout } from './pause-rollout.ts'
import { promoteRollout } from './promote-rollout.ts'
import { releaseSlot } from './release-slot.ts'
import { resumeRollout } from './resume-rollout.ts'
import { retryRollout } from './retry-rollout.ts'
import { checkMoment } from './storm-checks.testing.ts'
import type { Storm } from './storm-state.testing.ts'
import { Outage } from './unsafe-database.testing.ts'

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
  return PolicyInput.parse({
    waves: [
      { name: 'canary', size: { count: 1 + Math.floor(chance() * 2) }, soakSec: 30, gate, ...narrowed(1) },
      { name: 'half', size: { percent: 50 }, soakSec: 20, gate, ...narrowed(2) },
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
    onTrip: chance() < 0.85 ? 'pause' : 'abort',
    unreachable: (['replace', 'wait', 'fail'] as const)[Math.floor(chance() * 3)],
  })
}

/** One moment: devices live, the network delivers, two workers advance, and somebody may press a button. All at once. */
export async function tick(storm: Storm): Promise<void> {
  const { chance, calm } = storm
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
  for (const { deviceId, control } of outcome?.controls ?? [])
    if (control.kind === 'resync' && (calm || chance() < 0.7)) devices.find(({ id }) => id === deviceId)?.resync()
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
  const { services, unsafe, rolloutId } = storm
  for (let turn = 0; turn < 50; turn++) {
    const due = await findDueRollouts(services, { limit: 100 })
    if (!due.includes(rolloutId)) return
    await outlast(storm, () => advanceRollout(unsafe, { rolloutId }))
  }
  throw new Error('the rollout never comes to rest')
}

/** `undefined` when an outage came in between. */
async function outlast<T>(storm: Storm, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Outage)) throw error
    storm.outages += 1
    return undefined
  }
}

async function pressSomething(storm: Storm): Promise<void> {
  const verbs = [
    'pause',
    'resume',
    'resume',
    'continue',
    'retry_failed',
    'promote',
    'retry',
    'release',
    'abort',
  ] as const
  const verb = verbs[Math.floor(storm.chance() * verbs.length)] ?? 'pause'
  if (verb === 'abort' && storm.chance() < 0.8) return
  await press(storm, verb)
}

export type Button = 'pause' | 'resume' | 'continue' | 'retry_failed' | 'promote' | 'retry' | 'release' | 'abort'

/** An operator presses a button; a refusal that says why is a fine answer. */
export async function press(storm: Storm, button: Button): Promise<void> {
  const ctx: Ctx = systemCtx(storm.unsafe, storm.organizationId)
  const input = { rollout: storm.rolloutId }
  const dead = storm.devices.find(({ isDead, id }) => isDead && !storm.released.has(id))
  if (button === 'retry' || button === 'retry_failed') storm.retries += 1
  if (button === 'release' && dead) storm.released.add(dead.id)
  const act: Record<Button, () => Promise<unknown>> = {
    pause: () => pauseRollout(ctx, input),
    resume: () => resumeRollout(ctx, input),
    continue: () => resumeRollout(ctx, { ...input, choice: 'continue' }),
    retry_failed: () => resumeRollout(ctx, { ...input, choice: 'retry_failed' }),
    promote: () => promoteRollout(ctx, input),
    retry: () => retryRollout(ctx, input),
    release: async () => dead && releaseSlot(ctx, { ...input, device: dead.id }),
    abort: () => abortRollout(ctx, input),
  }
  try {
    await outlast(storm, act[button])
  } catch (error) {
    if (!(error instanceof OperationError) || error.message.length < 20) throw error
  }
}

/** Where an operator has to say how to go on. */
const holds = ['wave.nobody_left', 'wave.nobody_succeeded', 'rollout.no_targets']

/** The weather is fine and operators look after the rollout: it must come to an end. */
export async function calmDown(storm: Storm): Promise<void> {
  storm.calm = true
  for (const device of storm.devices) device.calm = true
  const ctx = systemCtx(storm.services, storm.organizationId)
  for (let round = 0; round < 150; round++) {
    await tick(storm)
    const { state, because } = await getRollout(ctx, { rollout: storm.rolloutId })
    if (['completed', 'aborted'].includes(state) && (await isSettled(storm))) return
    if (state === 'paused') await press(storm, 'continue')
    else await help(storm, because.code, round)
    if (round > 20) storm.advance(60)
  }
  const { state, because, counts } = await getRollout(ctx, { rollout: storm.rolloutId })
  throw new Error(`never ended: ${state}, ${JSON.stringify(because)}, ${JSON.stringify(counts)}`)
}

// A device that was given up and comes back after the end is followed to its own.
async function isSettled({ services, rolloutId }: Storm): Promise<boolean> {
  const where = { rolloutId, state: { notIn: [...endStates] } }
  return (await services.db.transaction('system', (tx) => tx.rolloutTarget.count({ where }))) === 0
}

async function help(storm: Storm, code: string, round: number): Promise<void> {
  if (code === 'budget.full' && round > 10) await press(storm, 'release')
  if (holds.includes(code) && round > 20) await press(storm, round % 2 === 0 ? 'promote' : 'abort')
  if (round > 30 && (await waitsForTheDead(storm))) await press(storm, 'promote')
}

// A device that was tried again and is gone for good: with `unreachable: wait` only an operator ends that.
async function waitsForTheDead({ services, devices, rolloutId }: Storm): Promise<boolean> {
  const dead = devices.filter(({ isDead }) => isDead).map(({ id }) => id)
  const where = { rolloutId, deviceId: { in: dead }, state: { in: ['pending', 'offered', 'downloading', 'staged'] } }
  return (await services.db.transaction('system', (tx) => tx.rolloutTarget.count({ where }))) > 0
}
