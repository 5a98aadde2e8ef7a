import { afterEach, expect, test } from 'vitest'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import type { Ctx, Role } from '../context.ts'
import { createUser } from '../user/create-user.ts'
import { approveRollout } from './approve-rollout.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listRolloutEvents } from './list-rollout-events.ts'
import { scheduleRollout } from './schedule-rollout.ts'
import { startRollout } from './start-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const inHours = (hours: number) => new Date(fleet.clock.now().getTime() + hours * 3_600_000).toISOString()
const read = (rollout: string) => getRollout(fleet.ctx, { rollout })

async function draft(approvals = 0): Promise<string> {
  fleet = await TestFleet.create({ devices: 1 })
  const release = await fleet.release(1)
  const input = { channel: 'edge-stable', release, policy: quickPolicy({ approvals }), start: 'draft' } as const
  return (await createRollout(fleet.ctx, input)).id
}

async function person(name: string, role: Role): Promise<Ctx> {
  const { id } = await createUser(fleet.ctx, {
    email: `${name}@fleet.test`,
    name,
    password: 'a long enough password',
    role,
  })
  return { ...fleet.ctx, actor: { kind: 'user', id, name, role } }
}

async function told(rollout: string): Promise<{ events: string[]; audit: string[] }> {
  const { items } = await listRolloutEvents(fleet.ctx, { rollout, limit: 200 })
  const rows = await fleet.db.transaction('system', (tx) =>
    tx.auditEntry.findMany({ where: { subjectId: rollout }, orderBy: { id: 'asc' } }),
  )
  return { events: items.map(({ kind }) => kind).toReversed(), audit: rows.map(({ action }) => action) }
}

test('a draft starts at the time that it was given last, and each change is told once', async () => {
  const rollout = await draft()
  const [soon, later] = [inHours(1), inHours(2)]
  expect(await scheduleRollout(fleet.ctx, { rollout, startAt: soon })).toMatchObject({
    state: 'scheduled',
    startAt: soon,
    because: { code: 'rollout.scheduled', startAt: soon },
    verbs: { schedule: { allowed: true } },
  })
  for (let twice = 0; twice < 2; twice++) await scheduleRollout(fleet.ctx, { rollout, startAt: later })
  await fleet.settle()
  fleet.clock.advance(5400)
  await fleet.settle()
  expect((await read(rollout)).state).toBe('scheduled')
  fleet.clock.advance(1800)
  await fleet.settle()
  const running = await read(rollout)
  expect(running).toMatchObject({ state: 'running', startAt: later, verbs: { schedule: { allowed: false } } })
  expect(running.verbs.schedule.reason).toContain('while it is draft or awaiting approval or scheduled')
  expect(await told(rollout)).toMatchObject({
    events: expect.arrayContaining(['rollout.scheduled', 'rollout.scheduled', 'rollout.running']),
    audit: ['rollout.create', 'rollout.schedule', 'rollout.schedule', 'rollout.start'],
  })
  const refused = scheduleRollout(fleet.ctx, { rollout, startAt: inHours(1) })
  await expect(refused).rejects.toMatchObject({ code: 'illegal_transition' })
  await expect(scheduleRollout(fleet.ctx, { rollout, startAt: null })).rejects.toMatchObject({
    code: 'illegal_transition',
    message: expect.stringMatching(/^A rollout that is running cannot lose its start time and be a draft again\./),
  })
})

test('a scheduled rollout that is made a draft again does not start by itself, nor one whose time would be past', async () => {
  const rollout = await draft()
  const past = scheduleRollout(fleet.ctx, { rollout, startAt: fleet.clock.now().toISOString() })
  await expect(past).rejects.toMatchObject({ code: 'invalid', field: 'startAt' })
  await scheduleRollout(fleet.ctx, { rollout, startAt: inHours(1) })
  for (let twice = 0; twice < 2; twice++)
    expect(await scheduleRollout(fleet.ctx, { rollout, startAt: null })).toMatchObject({
      state: 'draft',
      startAt: null,
      because: { code: 'rollout.draft' },
    })
  fleet.clock.advance(7200)
  await fleet.settle()
  expect((await read(rollout)).state).toBe('draft')
  expect((await told(rollout)).audit).toEqual(['rollout.create', 'rollout.schedule', 'rollout.unschedule'])
  const viewer = await person('viewer', 'viewer')
  const refused = async () => scheduleRollout(viewer, { rollout, startAt: inHours(1) })
  await expect(refused()).rejects.toMatchObject({ code: 'forbidden' })
})

test('another time has to be approved anew, and one that was approved already has not', async () => {
  const rollout = await draft(1)
  const approver = await person('approver', 'approver')
  const [soon, later] = [inHours(1), inHours(2)]
  expect(await scheduleRollout(fleet.ctx, { rollout, startAt: soon })).toMatchObject({
    state: 'awaiting_approval',
    because: { code: 'rollout.awaiting_approval', startAt: soon },
  })
  expect((await approveRollout(approver, { rollout })).state).toBe('scheduled')
  expect(await scheduleRollout(fleet.ctx, { rollout, startAt: later })).toMatchObject({
    state: 'awaiting_approval',
    startAt: later,
    approvals: { given: 0, required: 1 },
  })
  fleet.clock.advance(1800)
  await fleet.settle()
  expect((await scheduleRollout(fleet.ctx, { rollout, startAt: soon })).state).toBe('scheduled')
  await scheduleRollout(fleet.ctx, { rollout, startAt: null })
  expect((await startRollout(fleet.ctx, { rollout })).state).toBe('awaiting_approval')
  await scheduleRollout(fleet.ctx, { rollout, startAt: soon })
  fleet.clock.advance(3600)
  await fleet.settle()
  expect((await read(rollout)).state).toBe('running')
})
