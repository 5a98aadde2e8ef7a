import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import {
  advanceRollout,
  createApiToken,
  createEnrollmentToken,
  createRollout,
  endFreeze,
  findDueRollouts,
  getRollout,
  listTargets,
  startFreeze,
  takeDesiredToSend,
  updateDevice,
} from '@bootfleet/operations'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const atOnce = quickPolicy({ waves: [], rest: { soakSec: 0 } })
const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const system = <T>(work: Parameters<typeof fleet.db.transaction<T>>[1]) => fleet.db.transaction('system', work)

async function create(policy = atOnce, release?: string): Promise<string> {
  const made = release ?? (await fleet.release(1))
  return (await createRollout(fleet.ctx, { channel: 'edge-stable', release: made, policy, start: 'now' })).id
}

async function run(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

describe('a server that dies', () => {
  // The version is made, the server dies before the fleet is told of it, the next try finds the version and takes that for
  // a success: the rollout never starts.
  test('a rollout whose server died between its start and the plan of its targets is planned by the next', async () => {
    fleet = await TestFleet.create({ devices: 2 })
    const rolloutId = await create()
    const dies = (): Promise<never> => Promise.reject(new Error('the process was killed'))
    const dying: typeof fleet.db = {
      ...fleet.db,
      transaction: (scope, work) => fleet.db.transaction(scope, (tx) => work(tx).then(dies)),
    }
    await expect(advanceRollout({ ...fleet.services, db: dying }, { rolloutId })).rejects.toThrow('killed')
    expect(await findDueRollouts(fleet.services, { limit: 10 })).toEqual([rolloutId])
    await fleet.settle()
    expect(await read(rolloutId)).toMatchObject({ state: 'running', eligible: 2 })
  })
})

describe('a device that leaves', () => {
  // It stays marked as selected, and is counted in the batch of the group that it has come to.
  test('a device that moves to another group in the middle of a wave counts in neither', async () => {
    fleet = await TestFleet.create({ devices: 3, maxUnavailable: 1 })
    const id = await create()
    await fleet.settle()
    const { organizationId } = fleet.ctx
    const group = { id: randomUUID(), organizationId, name: 'elsewhere', budget: {}, windows: [], blackouts: [] }
    await system((tx) => tx.deviceGroup.create({ data: { ...group, channelId: fleet.channelId } }))
    const [moved] = fleet.devices
    await updateDevice(fleet.ctx, { id: moved!.id, group: group.name })
    await run(10)
    expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 2, skipped: 1 } })
    const target = (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items.find(
      ({ deviceId }) => deviceId === moved!.id,
    )
    expect(target).toMatchObject({ state: 'skipped', reason: 'moved' })
    expect(await system((tx) => tx.budgetSlot.count({ where: { groupId: group.id } }))).toBe(0)
  })
})

describe('a server that was restored from a backup', () => {
  // The server has forgotten what the device runs, gives it an old version, and each calls the other a liar for ever.
  test('a device that is ahead of the server is told no image until a person says so', async () => {
    fleet = await TestFleet.create({ devices: 2 })
    const [ahead] = fleet.devices
    await ahead!.connect({ lastGen: 41 })
    const id = await create()
    await run(6)
    expect([ahead!.booted, fleet.devices[1]!.booted]).toEqual([digestOf(0), digestOf(1)])
    const target = (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items.find(
      ({ deviceId }) => deviceId === ahead!.id,
    )
    expect(target).toMatchObject({ state: 'skipped', reason: 'server_behind' })
  })
})

describe('an emergency', () => {
  // The stop is carried out by the worker, which is down: who was granted its reboot is still told so.
  test('a freeze keeps grants back that were given before, with every worker down', async () => {
    fleet = await TestFleet.create({ devices: 1 })
    const id = await create()
    await fleet.settle()
    await fleet.devices[0]!.obey()
    await fleet.settle()
    expect((await read(id)).counts).toMatchObject({ granted: 1 })
    await startFreeze(fleet.ctx, { reason: 'incident' })
    // Nothing looks at the rollout from here on.
    const presence = await system((tx) => tx.devicePresence.findFirstOrThrow())
    const asked = { gatewayIds: [presence.gatewayId ?? ''], limit: 10 }
    expect(await takeDesiredToSend(fleet.services, asked)).toEqual([])
    await endFreeze(fleet.ctx, {})
    fleet.clock.advance(6)
    expect(await takeDesiredToSend(fleet.services, asked)).toHaveLength(1)
  })
})

describe('what is stored of secrets', () => {
  // Tokens are plain columns: who reads a backup of the database is every device, and every pipeline.
  test('no token can be read from the database', async () => {
    fleet = await TestFleet.create({ devices: 0 })
    const api = await createApiToken(fleet.ctx, { name: 'ci', role: 'operator' })
    const input = { name: 'line 1', group: 'default', labels: {}, maxUses: 1, requiresApproval: false }
    const enrollment = await createEnrollmentToken(fleet.ctx, input)
    const rows = await system(async (tx) => [
      ...(await tx.apiToken.findMany()),
      ...(await tx.enrollmentToken.findMany()),
      ...(await tx.auditEntry.findMany()),
      ...(await tx.outbox.findMany()),
    ])
    const stored = JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    const secrets = [api.token, enrollment.token].flatMap((token) => [token, token.slice(-32)])
    for (const secret of secrets) expect(stored).not.toContain(secret)
  })
})
