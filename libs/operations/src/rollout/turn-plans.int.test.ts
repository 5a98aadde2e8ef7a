import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  digestOf,
  explainedServices,
  mostDiscarded,
  pagesRead,
  quickPolicy,
  scannedTables,
  TestFleet,
  type ExplainedStatement,
} from '@bootfleet/testkit'
import { buildIdleDesired } from '../desired/build-idle-desired.ts'
import { ingestBatch } from '../device-link/ingest/ingest-batch.ts'
import { abortRollout } from './abort-rollout.ts'
import { advanceRollout } from './advance-rollout.ts'
import { createRollout } from './create-rollout.ts'
import { findDueRollouts } from './find-due-rollouts.ts'
import { getRollout } from './get-rollout.ts'
import { pauseRollout } from './pause-rollout.ts'
import { resumeRollout } from './resume-rollout.ts'
import { rollBackRollout } from './roll-back-rollout.ts'
import { wakeRollouts } from '../device-link/ingest/wake-rollouts.ts'
import { StormDevice } from './storm-device.testing.ts'

const many = 20_000
/** Tables with a row for each device, and more. */
const large = ['rollout_target', 'device', 'device_state', 'device_presence', 'device_desired', 'rollout_event']

let fleet: TestFleet
let rolloutId: string

// Large enough for a plan that reads everything to be a bad one; two of three devices are connected.
beforeAll(async () => {
  fleet = await TestFleet.create({ devices: 2, maxDownloading: 40 })
  const { organizationId } = fleet.ctx
  // What the planner knows of targets it knows from this one, small and over; of devices it knows all.
  const small = await fleet.release(2)
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release: small, start: 'now' })
  await fleet.settle()
  await abortRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  const placeholder = fleet.devices[0]!.id
  const { payload, hash } = await buildIdleDesired(fleet.services, placeholder)
  await fleet.db.transaction('system', async (tx) => {
    await tx.$executeRaw`
      INSERT INTO device (id, organization_id, group_id, hardware_id, name, labels, architecture, incarnation, ops)
      SELECT gen_random_uuid(), ${organizationId}::uuid, ${fleet.groupId}::uuid, 'h' || i, 'n' || i, '{}', 'amd64', 1, '{}'
      FROM generate_series(1, ${many}::int) AS i`
    await tx.$executeRaw`
      INSERT INTO device_state (device_id, organization_id, inc, epoch, seq, received_at, device_time, phase, observed_gen,
        boot_key, booted_digest, staged_locked, health, report)
      SELECT id, organization_id, 1, 0, 0, now(), '', 'idle', 1, 'b:0', ${digestOf(0)}, false, 'healthy', '{}' FROM device
      ON CONFLICT DO NOTHING`
    await tx.$executeRaw`
      INSERT INTO device_desired (device_id, organization_id, gen, payload, hash, updated_at)
      SELECT id, organization_id, 1, replace(${payload}, ${placeholder}, id::text), ${hash}, now() FROM device
      ON CONFLICT DO NOTHING`
    await tx.$executeRaw`
      INSERT INTO device_presence (device_id, organization_id, conn, transport, gateway_id, online, connected_at, last_seen_at,
        heartbeat_sec, agent, capabilities)
      SELECT id, organization_id, gen_random_uuid(), 'mqtt', 'g', hashtext(id::text) % 3 <> 0, ${fleet.clock.now()},
        ${fleet.clock.now()}, 60, 'a', '{download_only}' FROM device ON CONFLICT DO NOTHING`
  })
  await fleet.analyze()
  const release = await fleet.release(1)
  const gate = { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100 }
  const most = { name: 'most', selector: '!moon', size: { percent: 90 }, soakSec: 60, gate }
  const policy = quickPolicy({ waves: [most] })
  const input = { channel: 'edge-stable', release, policy, start: 'now' } as const
  rolloutId = (await createRollout(fleet.ctx, input)).id
}, 300_000)
afterAll(() => fleet[Symbol.asyncDispose]())

/** Statements of `work`, each with the large tables that it read from one end to the other. */
async function watch(work: (services: TestFleet['services']) => Promise<unknown>): Promise<ExplainedStatement[]> {
  const seen: ExplainedStatement[] = []
  await work(explainedServices(fleet.services, (statement) => seen.push(statement)))
  return seen
}

function scans(statements: readonly ExplainedStatement[]): string[] {
  return statements.flatMap((statement) => {
    const found = scannedTables(statement).filter((table) => large.includes(table))
    return found.map((table) => `${table}: ${statement.sql.slice(0, 80)}\n${statement.plan.join('\n')}`)
  })
}

// Of 20,000 targets; a turn looks at fewer.
const manyRows = 3000

function discards(statements: readonly ExplainedStatement[]): string[] {
  return statements
    .filter((statement) => mostDiscarded(statement) > manyRows)
    .map(({ sql, plan }) => `${sql.slice(0, 80)}\n${plan.join('\n')}`)
}

test('no turn, sweep or report of a large rollout reads a whole table', { timeout: 300_000 }, async () => {
  const plan = await watch(async (services) => {
    for (let chunk = 0; chunk <= many / 5000; chunk++) await advanceRollout(services, { rolloutId })
  })
  // A chunk may be so large a part of so small a table that reading all of it is right; targets are only written.
  expect(scans(plan).filter((scan) => scan.startsWith('rollout_target'))).toEqual([])
  await advanceRollout(fleet.services, { rolloutId })
  await fleet.db.transaction(
    'system',
    (tx) => tx.$executeRaw`
      UPDATE rollout_target SET wave = 0 WHERE device_id IN (
        SELECT t.device_id FROM rollout_target t JOIN device_presence p ON p.device_id = t.device_id
        WHERE t.wave IS NULL AND p.online ORDER BY t.position LIMIT 12000)`,
  )
  const turns = await watch(async (services) => {
    for (let turn = 0; turn < 4; turn++) await advanceRollout(services, { rolloutId })
  })
  expect(scans(turns)).toEqual([])
  expect(discards(turns)).toEqual([])
  expect(scans(await watch((services) => findDueRollouts(services, { limit: 100 })))).toEqual([])
  const reports = await watch(async (services) => {
    const { now } = services
    const { id } = fleet.devices[0]!
    const device = new StormDevice({ id, kind: 'ok', booted: digestOf(0), chance: () => 0.3, now })
    device.step()
    await ingestBatch(services, device.sent)
  })
  expect(scans(reports)).toEqual([])
  const stops = await watch(async (services) => {
    await pauseRollout(fleet.ctx, { rollout: rolloutId })
    await advanceRollout(services, { rolloutId })
    await resumeRollout(fleet.ctx, { rollout: rolloutId })
    await advanceRollout(services, { rolloutId })
    await abortRollout(fleet.ctx, { rollout: rolloutId })
    for (let turn = 0; turn < 3; turn++) await advanceRollout(services, { rolloutId })
  })
  expect(scans(stops)).toEqual([])
})

// As after a night without a network: everybody was given up, and everybody is back and has reported.
async function reconnectAll(): Promise<void> {
  await fleet.db.transaction('system', async (tx) => {
    await tx.$executeRaw`
      UPDATE rollout SET state = 'completed', ended_at = ${fleet.clock.now()} WHERE id = ${rolloutId}::uuid`
    await tx.$executeRaw`UPDATE channel SET current_rollout_id = ${rolloutId}::uuid`
    await tx.$executeRaw`UPDATE rollout_wave SET state = 'passed' WHERE rollout_id = ${rolloutId}::uuid`
    await tx.$executeRaw`
      UPDATE rollout_target SET state = 'skipped', reason = 'unreachable', due_at = NULL,
        wave = (SELECT max(index) FROM rollout_wave WHERE rollout_id = ${rolloutId}::uuid) WHERE rollout_id = ${rolloutId}::uuid`
    await tx.$executeRaw`UPDATE device_presence SET online = true, connected_at = ${fleet.clock.now()}`
    await tx.$executeRaw`UPDATE device_state SET received_at = ${fleet.clock.now()}`
    await tx.$executeRaw`DELETE FROM budget_slot`
  })
}

function waiting(): Promise<number> {
  return fleet.db.transaction('system', (tx) =>
    tx.rolloutTarget.count({ where: { rolloutId, state: 'skipped', reason: 'unreachable' } }),
  )
}

test(
  'a mass reconnect into convergence is taken in by bounded turns that cost the same',
  { timeout: 300_000 },
  async () => {
    await reconnectAll()
    const devices = await fleet.db.transaction('system', (tx) => tx.device.findMany({ select: { id: true } }))
    const ids = devices.map(({ id }) => id)
    const hello = (changed: readonly string[]) => (services: TestFleet['services']) =>
      services.db.transaction('system', (tx) => wakeRollouts(tx, { changed, online: changed }, services.now()))
    const heard = await watch(hello(ids.slice(0, 500)))
    expect([scans(heard), discards(heard)]).toEqual([[], []])
    for (let from = 500; from < ids.length; from += 5000) await hello(ids.slice(from, from + 5000))(fleet.services)
    const turns = []
    for (let turn = 0; turn < 6; turn++) {
      const before = await waiting()
      const statements = await watch((services) => advanceRollout(services, { rolloutId }))
      turns.push({ opened: before - (await waiting()), pages: Math.max(...statements.map(pagesRead)), statements })
    }
    const statements = turns.flatMap((turn) => turn.statements)
    expect([scans(statements), discards(statements)]).toEqual([[], []])
    const opening = turns.filter(({ opened }) => opened > 0)
    expect(opening.length).toBeGreaterThan(2)
    expect(opening.filter(({ opened }) => opened > 400)).toEqual([])
    // What a turn opened is not read again by the next.
    const [first, last] = [opening[0]!, opening.at(-1)!]
    expect(last.pages).toBeLessThan(2 * first.pages)
  },
)

test('who joined while a newer rollout was current is looked for chunk by chunk, by ids alone', async () => {
  const joined = await fleet.db.transaction('system', async (tx) => {
    await tx.$executeRaw`UPDATE channel SET join_cursor = '00000000-0000-0000-0000-000000000000'`
    return tx.$executeRaw`DELETE FROM rollout_target WHERE rollout_id = ${rolloutId}::uuid AND position % 10 = 0`
  })
  const noted = () =>
    fleet.db.transaction('system', (tx) => tx.rolloutTarget.count({ where: { rolloutId, reason: 'joined_late' } }))
  const sweep = await watch(async (services) => {
    expect(await findDueRollouts(services, { limit: 100 })).toContain(rolloutId)
  })
  expect(scans(sweep)).toEqual([])
  const chunks = []
  for (let chunk = 0; chunk <= many / 5000; chunk++) {
    const statements = await watch((services) => advanceRollout(services, { rolloutId }))
    chunks.push(await noted())
    expect(scans(statements)).toEqual([])
  }
  expect(chunks.at(-1)).toBe(joined)
  expect(chunks[0]).toBeLessThan(joined / 3)
  expect((await fleet.db.transaction('system', (tx) => tx.channel.findFirst()))?.joinCursor).toBeNull()
})

test('planning a roll-back looks each device up, and reads no whole table', { timeout: 300_000 }, async () => {
  await fleet.db.transaction('system', async (tx) => {
    await tx.$executeRaw`UPDATE rollout SET state = 'paused', ended_at = NULL WHERE id = ${rolloutId}::uuid`
    await tx.$executeRaw`UPDATE rollout_target SET first_granted_at = now(), from_digest = ${digestOf(0)}`
    await tx.$executeRaw`UPDATE device_state SET booted_digest = ${digestOf(1)}, rollback_digest = ${digestOf(0)}`
    // It took the place of one of the same release, by which its devices have that; some are silent since their grant there.
    const before = fleet.services.newId()
    await tx.$executeRaw`
      INSERT INTO rollout SELECT (jsonb_populate_record(r, jsonb_build_object('id', ${before}::text, 'state', 'superseded',
        'superseded_by', r.id))).* FROM rollout r WHERE r.id = ${rolloutId}::uuid`
    await tx.$executeRaw`
      INSERT INTO rollout_target SELECT (jsonb_populate_record(t, jsonb_build_object('rollout_id', ${before}::text,
        'state', CASE WHEN t.position % 2 = 0 THEN 'succeeded' ELSE 'timed_out' END, 'grant_boot_key', 'b:0'))).*
      FROM rollout_target t WHERE t.rollout_id = ${rolloutId}::uuid`
    await tx.$executeRaw`
      UPDATE rollout_target SET first_granted_at = NULL, from_digest = ${digestOf(1)} WHERE rollout_id = ${rolloutId}::uuid`
  })
  const { rollback } = await rollBackRollout(fleet.ctx, { rollout: rolloutId })
  const plan = await watch(async (services) => {
    for (let chunk = 0; chunk <= many / 5000; chunk++) await advanceRollout(services, { rolloutId: rollback!.id })
  })
  expect(scans(plan)).toEqual([])
  expect(discards(plan.filter(({ sql }) => sql.includes('WITH chunk')))).toEqual([])
  const child = await getRollout(fleet.ctx, { rollout: rollback!.id })
  expect([child.eligible, child.estimate?.source]).toEqual([many + fleet.devices.length, 'assumed'])
})

test('a device that returns after a roll-back is found, judged and sent back without reading the others', async () => {
  const [, away] = fleet.devices
  const { rollback } = await getRollout(fleet.ctx, { rollout: rolloutId })
  const child = rollback!.id
  await fleet.release(0)
  await fleet.db.transaction('system', async (tx) => {
    await tx.$executeRaw`UPDATE rollout SET state = 'rolled_back' WHERE id = ${rolloutId}::uuid`
    await tx.$executeRaw`UPDATE rollout SET state = 'completed', ended_at = '2020-01-01', wake_at = NULL WHERE id = ${child}::uuid`
    await tx.$executeRaw`UPDATE rollout_wave SET state = 'passed', opened_at = '2020-01-01' WHERE rollout_id = ${child}::uuid`
    await tx.$executeRaw`
      UPDATE rollout_target SET state = 'skipped', reason = 'unreachable', wave = 0, due_at = NULL WHERE rollout_id = ${child}::uuid`
  })
  const seen = await watch(async (services) => {
    const { now } = services
    const device = new StormDevice({ id: away!.id, kind: 'ok', booted: digestOf(1), chance: () => 0.3, now })
    device.step()
    await ingestBatch(services, device.sent)
    expect(await findDueRollouts(services, { limit: 100 })).toContain(child)
    for (let turn = 0; turn < 4; turn++) await advanceRollout(services, { rolloutId: child })
  })
  expect(scans(seen)).toEqual([])
  expect(discards(seen)).toEqual([])
  expect((await getRollout(fleet.ctx, { rollout: child })).counts).toMatchObject({ offered: 1 })
})
