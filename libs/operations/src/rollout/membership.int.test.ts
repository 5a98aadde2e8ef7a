import { randomUUID } from 'node:crypto'
import { createDeviceKey, createSigningRequest, newToken } from '@bootfleet/pki'
import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { enrollDevice } from '../device-link/enrollment/enroll-device.ts'
import { explainDevice } from '../device/explain-device.ts'
import { removeDevice } from '../device/remove-device.ts'
import { updateDevice } from '../device/update-device.ts'
import { updateGroup } from '../group/update-group.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { rollBackRollout } from './roll-back-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const day = 86_400
const quick = () => quickPolicy({ waves: [], rest: { soakSec: 0 } })
const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const targets = async (rollout: string) => (await listTargets(fleet.ctx, { rollout, limit: 50 })).items
const targetOf = async (rollout: string, id: string) => (await targets(rollout)).find(({ deviceId }) => deviceId === id)
const system = <T>(work: Parameters<typeof fleet.db.transaction<T>>[1]) => fleet.db.transaction('system', work)

async function start(n: number, input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const common = { channel: 'edge-stable', policy: quick(), start: 'now' } as const
  const { id } = await createRollout(fleet.ctx, { ...common, release: await fleet.release(n), ...input })
  await fleet.settle()
  return id
}

async function run(rounds = 8): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

/** A group that follows a channel of its own, whose current release is one that nobody rolled out, or no channel. */
async function addGroup(name: string, channelId: string | null = null): Promise<void> {
  const group = { id: randomUUID(), organizationId: fleet.ctx.organizationId, name, channelId }
  await system((tx) => tx.deviceGroup.create({ data: { ...group, budget: {}, windows: [], blackouts: [] } }))
}

async function addChannel(name: string): Promise<string> {
  const id = randomUUID()
  const { organizationId } = fleet.ctx
  await system((tx) => tx.channel.create({ data: { id, organizationId, name, repository: 'registry.test/os/edge' } }))
  return id
}

async function enroll(hardwareId: string): Promise<string> {
  const { token, sha256, display } = newToken('bfe')
  const { organizationId } = fleet.ctx
  const id = randomUUID()
  const row = { id, organizationId, name: id, display, tokenSha256: sha256, groupId: fleet.groupId, labels: {} }
  const uses = { maxUses: 1, requiresApproval: false, createdBy: 'test', expiresAt: new Date('2100-01-01T00:00:00Z') }
  await system((tx) => tx.enrollmentToken.create({ data: { ...row, ...uses } }))
  const csr = await createSigningRequest(createDeviceKey())
  const request = { token, csr, hardwareId, architecture: 'amd64', hostname: hardwareId, agent: 'scripted' }
  const answer = await enrollDevice(fleet.services, request, '127.0.0.1')
  return answer.state === 'issued' ? answer.device : ''
}

test('a device is removed in whatever phase, and the rollout ends without it', async () => {
  fleet = await TestFleet.create({ devices: 6, maxUnavailable: 1 })
  const [away] = fleet.devices
  await away!.disconnect()
  const id = await start(1, { policy: quickPolicy({ waves: [], rest: { soakSec: 60 } }) })
  const remove = async (state: string) => {
    const found = (await targets(id)).find((target) => target.state === state)
    expect([state, found?.state]).toEqual([state, state])
    await removeDevice(fleet.ctx, { id: found!.deviceId })
    fleet.devices.find((device) => device.id === found!.deviceId)!.connected = false
    await fleet.settle()
    expect(await targetOf(id, found!.deviceId)).toMatchObject({ state: 'skipped', reason: 'removed' })
  }
  await remove('pending')
  await remove('offered')
  await fleet.reportAll()
  await remove('granted')
  await remove('staged')
  for (let round = 0; round < 6 && !(await read(id)).counts.soaking; round++) await fleet.reportAll()
  await remove('soaking')
  await run()
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 1, skipped: 5 } })
  expect(await system((tx) => tx.budgetSlot.count())).toBe(0)
})

test('a device that is relabelled into a running rollout is appended to its last wave', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [first, late] = fleet.devices
  await updateDevice(fleet.ctx, { id: first!.id, labels: { site: 'a' } })
  const id = await start(1, { selector: 'site=a', policy: quickPolicy({ waves: [], lateJoiners: 'append' }) })
  expect(await targetOf(id, late!.id)).toBeUndefined()
  await updateDevice(fleet.ctx, { id: late!.id, labels: { site: 'a' } })
  await run()
  expect(late!.booted).toBe(digestOf(1))
  expect(await read(id)).toMatchObject({ state: 'completed', eligible: 2, counts: { succeeded: 2 } })
})

test('a machine that enrolls after the end is noted, also once more after its end was final', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const [device] = fleet.devices
  const id = await start(1)
  await run()
  const fresh = await enroll('a-new-machine')
  expect(await targetOf(id, fresh)).toMatchObject({ state: 'skipped', reason: 'joined_late' })
  // Installed again: nobody else is it meanwhile.
  await device!.disconnect()
  expect(await enroll(device!.name)).toBe(device!.id)
  expect(await targetOf(id, device!.id)).toMatchObject({ state: 'succeeded' })
  fleet.clock.advance(2 * day)
  await enroll(device!.name)
  expect(await targetOf(id, device!.id)).toMatchObject({ state: 'skipped', reason: 'joined_late' })
  expect(await read(id)).toMatchObject({ state: 'completed', eligible: 1 })
})

test('a machine that enrolls while the rollout is rolled back is noted: a person may stop that and resume', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const id = await start(1, { policy: quickPolicy({ waves: [], rest: { soakSec: 0 }, lateJoiners: 'append' }) })
  await run()
  await rollBackRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  expect((await read(id)).state).toBe('rolling_back')
  const fresh = await enroll('a-new-machine')
  expect(await targetOf(id, fresh)).toMatchObject({ state: 'skipped', reason: 'joined_late' })
})

test('a group that is given another channel is not moved silently; a device that is moved by itself converges', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const [group, single] = fleet.devices
  await addGroup('others', await addChannel('edge-testing'))
  await addGroup('elsewhere')
  for (const { id } of [group!, single!]) await updateDevice(fleet.ctx, { id, group: 'others' })
  const id = await start(1)
  await run()
  expect((await read(id)).counts.succeeded).toBe(1)
  await updateDevice(fleet.ctx, { id: single!.id, group: 'elsewhere' })
  const { notice } = await updateGroup(fleet.ctx, { group: 'others', channel: 'edge-stable' })
  expect(notice).toMatchObject({ code: 'group.channel_changed', channel: 'edge-stable' })
  expect(notice?.message).toContain('start a rollout of release 1.0')
  expect((await updateGroup(fleet.ctx, { group: 'others', channel: 'edge-stable' })).notice).toBeUndefined()
  await group!.connect()
  await run(4)
  expect(group!.booted).toBe(digestOf(0))
  const { reasons } = await explainDevice(fleet.ctx, { id: group!.id })
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'device.not_on_current' }))
  await updateDevice(fleet.ctx, { id: single!.id, group: 'others' })
  await run(6)
  expect(single!.booted).toBe(digestOf(1))
})

test('what a rollout with a selector gave a device is left to it by convergence, until it is taken back', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [, away] = fleet.devices
  await away!.disconnect()
  const first = await start(1)
  await run(3)
  fleet.clock.advance(8 * day)
  await run(1)
  expect(await targetOf(first, away!.id)).toMatchObject({ state: 'skipped', reason: 'unreachable' })
  await updateDevice(fleet.ctx, { id: away!.id, labels: { site: 'a' } })
  const second = await start(2, { selector: 'site=a' })
  await away!.connect()
  await run()
  expect(away!.booted).toBe(digestOf(2))
  expect((await read(second)).state).toBe('completed')
  expect(await targetOf(first, away!.id)).toMatchObject({ state: 'skipped', reason: 'taken_over' })
  await rollBackRollout(fleet.ctx, { rollout: second })
  await run(12)
  expect(await targetOf(first, away!.id)).toMatchObject({ state: 'succeeded' })
  expect(away!.booted).toBe(digestOf(1))
})

test('a download is not begun again by coming and going', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [flapping] = fleet.devices
  const gate = { maxFailures: 1, minConcluded: 1, minSuccessPercent: 0 }
  const timeouts = { downloadSec: 100 }
  const id = await start(1, { policy: quickPolicy({ waves: [], rest: { soakSec: 0, gate }, timeouts }) })
  for (let seconds = 0; seconds < 90; seconds += 30) {
    fleet.clock.advance(30)
    await flapping!.disconnect()
    fleet.clock.advance(20)
    await flapping!.connect()
    await fleet.settle()
    expect(await targetOf(id, flapping!.id)).toMatchObject({ state: 'offered' })
  }
  fleet.clock.advance(11)
  await fleet.settle()
  expect(await targetOf(id, flapping!.id)).toMatchObject({ state: 'timed_out', reason: 'download' })
})

test('a device that is back just before the observation ends is followed to its own end', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [lost] = fleet.devices
  lost!.behaviour = 'never-returns'
  const gate = { maxFailures: 1, minConcluded: 1, minSuccessPercent: 0 }
  const id = await start(1, { policy: quickPolicy({ waves: [], rest: { soakSec: 60, gate } }) })
  await run(4)
  fleet.clock.advance(3600)
  await run(3)
  expect(await targetOf(id, lost!.id)).toMatchObject({ state: 'timed_out', reason: 'apply' })
  const { state, endedAt } = await read(id)
  expect(state).toBe('completed')
  const left = (Date.parse(endedAt!) - fleet.clock.now().getTime()) / 1000 + day
  fleet.clock.advance(left - 5)
  lost!.behaviour = 'ok'
  lost!.booted = digestOf(1)
  await lost!.connect()
  await fleet.settle()
  expect(await targetOf(id, lost!.id)).toMatchObject({ state: 'soaking' })
  fleet.clock.advance(70)
  await run(2)
  expect(await targetOf(id, lost!.id)).toMatchObject({ state: 'succeeded' })
})
