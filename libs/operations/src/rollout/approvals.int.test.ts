import { afterEach, describe, expect, test } from 'vitest'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createApiToken } from '../api-token/create-api-token.ts'
import type { Actor, Ctx, Role } from '../context.ts'
import { createUser } from '../user/create-user.ts'
import { approveRollout } from './approve-rollout.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listRolloutEvents } from './list-rollout-events.ts'
import { previewRollout } from './preview-rollout.ts'
import { promoteRollout } from './promote-rollout.ts'
import { rejectRollout } from './reject-rollout.ts'
import { resumeRollout } from './resume-rollout.ts'
import { startRollout } from './start-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

async function person(name: string, role: Role): Promise<Ctx> {
  const password = 'a long enough password'
  const { id } = await createUser(fleet.ctx, { email: `${name}@fleet.test`, name, password, role })
  return { ...fleet.ctx, actor: { kind: 'user', id, name, role } }
}

async function create(ctx: Ctx, input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const release = await fleet.release(1)
  const policy = quickPolicy({ approvals: 2 })
  const { id } = await createRollout(ctx, { channel: 'edge-stable', release, policy, start: 'now', ...input })
  return id
}

const read = (rollout: string, ctx = fleet.ctx) => getRollout(ctx, { rollout })
const approve = async (ctx: Ctx, rollout: string, more: { wave?: number; seen?: string } = {}) =>
  approveRollout(ctx, { rollout, ...more })

async function run(rounds = 6): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

describe('the start of a rollout', () => {
  test('waits for so many other people as its policy says, and comes with the last approval', async () => {
    fleet = await TestFleet.create({ devices: 2 })
    const [maker, one, two] = [
      await person('maker', 'admin'),
      await person('one', 'approver'),
      await person('two', 'admin'),
    ]
    const id = await create(maker)
    const input = { channel: 'edge-stable', release: (await read(id)).release.id, start: 'now' } as const
    const spec = quickPolicy({ approvals: 2, rest: { approval: 'manual' } })
    const { warnings } = await previewRollout(maker, { ...input, policy: spec })
    expect(warnings).toMatchObject([
      { code: 'preview.needs_approvals', required: 2 },
      { code: 'preview.manual_wave', wave: 1 },
    ])
    expect(await read(id, maker)).toMatchObject({
      state: 'awaiting_approval',
      because: { code: 'rollout.awaiting_approval', required: 2, given: 0 },
      verbs: {
        approve: { allowed: false, reason: expect.stringContaining('add-person EMAIL --role approver') },
        start: { allowed: false },
      },
    })
    // A pipeline that starts it again is told the same.
    expect(await startRollout(maker, { rollout: id })).toMatchObject({ state: 'awaiting_approval' })
    await expect(approve(maker, id)).rejects.toMatchObject({ code: 'forbidden', reason: 'not_an_approver' })
    expect((await read(id, one)).verbs.approve).toEqual({ allowed: true })
    for (let twice = 0; twice < 2; twice++) await approve(one, id)
    expect(await read(id, one)).toMatchObject({
      state: 'awaiting_approval',
      approvals: { required: 2, given: 1, list: [{ wave: null, by: 'one' }] },
      verbs: { approve: { allowed: false, reason: 'You have approved it. Others must too.' } },
    })
    await approve(two, id)
    await fleet.settle()
    expect(await read(id)).toMatchObject({ state: 'running', approvals: { given: 2 } })
    const { items } = await listRolloutEvents(fleet.ctx, { rollout: id, limit: 200 })
    const told = items.map(({ kind }) => kind).toReversed()
    expect(told.slice(0, 4)).toEqual([
      'rollout.awaiting_approval',
      'rollout.approved',
      'rollout.scheduled',
      'rollout.running',
    ])
    const audited = await fleet.db.transaction('system', (tx) =>
      tx.auditEntry.findMany({ where: { action: 'rollout.approve' }, orderBy: { id: 'asc' } }),
    )
    expect(audited.map(({ actorName }) => actorName)).toEqual(['one', 'two'])
  })

  test('is refused by whoever may approve it, with the reason, before a device has heard of it', async () => {
    fleet = await TestFleet.create({ devices: 1 })
    const [maker, one] = [await person('maker', 'operator'), await person('one', 'approver')]
    const id = await create(maker)
    const reject = async (ctx: Ctx) => rejectRollout(ctx, { rollout: id, reason: 'not on a Friday' })
    expect((await read(id, maker)).verbs.reject).toEqual({ allowed: false, reason: 'Your role may not do this.' })
    await expect(reject(maker)).rejects.toMatchObject({ code: 'forbidden' })
    for (let twice = 0; twice < 2; twice++)
      expect(await reject(one)).toMatchObject({
        state: 'aborted',
        because: { code: 'operator.reject', message: 'Rejected by one: not on a Friday', by: 'one' },
        endedAt: fleet.clock.now().toISOString(),
      })
    await run(1)
    expect(await read(id, one)).toMatchObject({ state: 'aborted', startedAt: null, eligible: null })
    await expect(approve(one, id)).rejects.toMatchObject({ code: 'illegal_transition' })
    const count = (action: string) =>
      fleet.db.transaction('system', (tx) => tx.auditEntry.count({ where: { action, subjectId: id } }))
    expect(await count('rollout.reject')).toBe(1)
  })

  test('waits for its time too, when that is given', async () => {
    fleet = await TestFleet.create({ devices: 1 })
    const [maker, one] = [await person('maker', 'operator'), await person('one', 'approver')]
    const start = new Date(fleet.clock.now().getTime() + 3_600_000).toISOString()
    const id = await create(maker, { start, policy: quickPolicy({ approvals: 1 }) })
    expect((await read(id)).state).toBe('awaiting_approval')
    fleet.clock.advance(600)
    await approve(one, id)
    await fleet.settle()
    expect(await read(id)).toMatchObject({ state: 'scheduled', startAt: start })
    fleet.clock.advance(3600)
    await fleet.settle()
    expect((await read(id)).state).toBe('running')
  })

  test('is approved by people alone, and not by who is behind the token that created it', async () => {
    fleet = await TestFleet.create({ devices: 1 })
    const [maker, one] = [await person('maker', 'admin'), await person('one', 'admin')]
    const made = await createApiToken(maker, { name: 'ci', role: 'admin', expiresAt: null })
    const actor: Actor = { kind: 'token', id: made.id, name: 'ci', role: 'admin' }
    const token = { ...fleet.ctx, actor }
    const id = await create(token, { policy: quickPolicy({ approvals: 1 }) })
    for (const ctx of [token, maker])
      await expect(approve(ctx, id)).rejects.toMatchObject({ reason: 'not_an_approver' })
    expect((await read(id, token)).verbs.approve.reason).toContain('API token')
    await expect(approve(await person('viewer', 'viewer'), id)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await approve(one, id)).state).toBe('scheduled')
  })

  test('is void as soon as it would do something else than what was approved', async () => {
    fleet = await TestFleet.create({ devices: 1 })
    const [maker, one, two] = [
      await person('maker', 'operator'),
      await person('one', 'approver'),
      await person('two', 'approver'),
    ]
    const id = await create(maker)
    const { seen } = (await read(id)).approvals
    await approve(one, id, { seen: seen! })
    await fleet.db.transaction('system', (tx) =>
      tx.rollout.update({ where: { id }, data: { selector: 'site=berlin' } }),
    )
    expect((await read(id)).approvals).toMatchObject({ given: 0, list: [] })
    await expect(approve(two, id, { seen: seen! })).rejects.toMatchObject({
      code: 'conflict',
      reason: 'changed_since_seen',
    })
    expect((await approve(two, id)).approvals).toMatchObject({ given: 1, list: [{ by: 'two' }] })
    expect((await approve(one, id)).state).toBe('scheduled')
  })
})

describe('a manual wave', () => {
  const policy = () => quickPolicy({ rest: { soakSec: 0, approval: 'manual' } })

  test('waits for a person with its reason, opens when one approved it, and promoting does not', async () => {
    fleet = await TestFleet.create({ devices: 3 })
    const one = await person('one', 'approver')
    const id = await create(fleet.ctx, { policy: policy() })
    await expect(approve(one, id, { wave: 1 })).rejects.toMatchObject({ reason: 'wave_not_waiting' })
    await run()
    const waiting = await read(id, one)
    expect(waiting).toMatchObject({
      because: { code: 'wave.waiting_for_approval', wave: 1 },
      counts: { succeeded: 1, pending: 2 },
      verbs: { approve: { allowed: true } },
    })
    expect(waiting.waves[1]).toMatchObject({
      state: 'pending',
      approval: 'manual',
      approvalAskedAt: expect.any(String),
    })
    await expect(promoteRollout(fleet.ctx, { rollout: id })).rejects.toMatchObject({ reason: 'approval_required' })
    await expect(approve(one, id)).rejects.toMatchObject({ code: 'conflict', reason: 'wave_required' })
    await expect(approve(one, id, { wave: 0 })).rejects.toMatchObject({ reason: 'wave_not_waiting' })
    for (let twice = 0; twice < 2; twice++) await approve(one, id, { wave: 1 })
    await fleet.settle()
    const open = await read(id)
    expect(open.waves[1]).toMatchObject({ state: 'open', approvedAt: expect.any(String) })
    expect(open.approvals.list).toMatchObject([{ wave: 1, by: 'one' }])
    await run()
    expect((await read(id)).state).toBe('completed')
    const { items } = await listRolloutEvents(fleet.ctx, { rollout: id, limit: 200 })
    const kinds = items.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'wave.waiting_for_approval' || kind === 'wave.approved')).toEqual([
      'wave.approved',
      'wave.waiting_for_approval',
    ])
  })

  test('is named to who approved the start and approves without a wave: it may be the same request twice', async () => {
    fleet = await TestFleet.create({ devices: 3 })
    const one = await person('one', 'approver')
    const id = await create(fleet.ctx, { policy: { ...policy(), approvals: 1 } })
    await approve(one, id)
    await run()
    expect((await read(id)).because.code).toBe('wave.waiting_for_approval')
    await expect(approve(one, id)).rejects.toThrow('Wave 2 waits for an approval')
    expect((await read(id)).waves[1]?.approvedAt).toBeNull()
  })

  test('is put forward by promoting, whatever the gate before it says, and waits all the same', async () => {
    fleet = await TestFleet.create({ devices: 3 })
    const one = await person('one', 'approver')
    const id = await create(fleet.ctx, { policy: policy() })
    await fleet.settle()
    await promoteRollout(fleet.ctx, { rollout: id })
    await fleet.settle()
    const promoted = await read(id)
    expect(promoted.waves.map(({ state }) => state)).toEqual(['promoted', 'pending'])
    expect(promoted.because.code).toBe('wave.waiting_for_approval')
    await approve(one, id, { wave: 1 })
    await fleet.settle()
    expect((await read(id)).waves[1]?.state).toBe('open')
  })

  test('is asked for again when the rollout was halted before it opened', async () => {
    fleet = await TestFleet.create({ devices: 3 })
    const one = await person('one', 'approver')
    const id = await create(fleet.ctx, { policy: policy() })
    await run()
    await approve(one, id, { wave: 1 })
    const data = { state: 'paused' }
    await fleet.db.transaction('system', (tx) => tx.rollout.update({ where: { id }, data }))
    await resumeRollout(fleet.ctx, { rollout: id })
    await fleet.settle()
    expect((await read(id)).because.code).toBe('wave.waiting_for_approval')
    await approve(one, id, { wave: 1 })
    await run()
    expect((await read(id)).state).toBe('completed')
  })
})
