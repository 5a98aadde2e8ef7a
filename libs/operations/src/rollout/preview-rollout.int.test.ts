import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { explainDevice } from '../device/explain-device.ts'
import { startFreeze } from '../freeze/start-freeze.ts'
import { updateGroup } from '../group/update-group.ts'
import { updateRelease } from '../release/update-release.ts'
import { postSignal } from '../signal/post-signal.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { explainRollout } from './explain-rollout.ts'
import { listTargets } from './list-targets.ts'
import { previewRollout } from './preview-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const preview = (release: string, policy = quickPolicy()) =>
  previewRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })

/** Release `n`, younger than the one before, of these layers. */
async function releaseOf(n: number, layers: Record<string, number>): Promise<string> {
  fleet.clock.advance(1)
  const id = await fleet.release(n)
  const data = { layers: Object.entries(layers).map(([digest, sizeBytes]) => ({ digest, sizeBytes })) }
  await fleet.db.transaction('system', (tx) => tx.releaseManifest.updateMany({ where: { releaseId: id }, data }))
  return id
}

test('each wave pulls the layers that its devices do not have yet, of every image on their way', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  await releaseOf(1, { base: 600, one: 100 })
  const barrier = await releaseOf(2, { base: 600, two: 200 })
  const last = await releaseOf(3, { base: 600, three: 50 })
  await updateRelease(fleet.ctx, { id: barrier, barrier: true })
  const [behind, past, unknown] = fleet.devices
  await behind!.regress(digestOf(1))
  await past!.regress(digestOf(2))
  const { waves, bytesToPull, overHops } = await preview(last)
  // What runs an image that no release knows may have none of the layers.
  const each = new Map([
    [behind!.id, 200 + 50],
    [past!.id, 50],
    [unknown!.id, 800 + 50],
  ])
  expect({ bytesToPull, overHops }).toEqual({
    bytesToPull: 1150,
    overHops: { devices: 2, bytesToPull: 1100 },
  })
  expect(waves.map((wave) => wave.bytesToPull)).toEqual(
    waves.map(({ devices }) => devices.reduce((sum, { id }) => sum + (each.get(id) ?? 0), 0)),
  )
})

test('an image whose layers nobody knows counts in full', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  expect(await preview(await fleet.release(1))).toMatchObject({ bytesToPull: 2000, overHops: null })
})

const conflict = { code: 'conflict', reason: 'id_taken', field: 'id' }

test('a rollout with the id of a preview takes the devices that it named, once however often it is asked for', async () => {
  fleet = await TestFleet.create({ devices: 8 })
  const policy = quickPolicy({ waves: [{ name: 'canary', size: { count: 3 }, soakSec: 0 }] })
  const body = { channel: 'edge-stable', release: await fleet.release(1), policy, start: 'now' } as const
  const shown = await previewRollout(fleet.ctx, body)
  const { id } = shown
  expect((await previewRollout(fleet.ctx, { ...body, id })).waves).toEqual(shown.waves)
  const make = (over: Partial<CreateRolloutInput> = {}) => createRollout(fleet.ctx, { ...body, id, ...over })
  const made = await Promise.all([make(), make()])
  expect(made.map((rollout) => rollout.id)).toEqual([id, id])
  await fleet.settle()
  const { items } = await listTargets(fleet.ctx, { rollout: id, wave: 0, limit: 50 })
  const named = shown.waves[0]!.devices.map((device) => device.id)
  expect(named).toHaveLength(3)
  expect(items.map(({ deviceId }) => deviceId).toSorted()).toEqual(named.toSorted())

  expect(await make()).toMatchObject({ id, state: 'running' })
  await expect(make({ release: await fleet.release(2) })).rejects.toMatchObject(conflict)
  await expect(make({ selector: 'site=berlin' })).rejects.toMatchObject(conflict)
  const organizationId = fleet.services.newId()
  await fleet.db.transaction('system', (tx) => tx.rollout.update({ where: { id }, data: { organizationId } }))
  await expect(make()).rejects.toMatchObject(conflict)
})

test('who asks for a start is not answered with the draft that has the id', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const body = { id: fleet.services.newId(), channel: 'edge-stable', release: await fleet.release(1) }
  const draft = await createRollout(fleet.ctx, { ...body, start: 'draft' })
  expect(await createRollout(fleet.ctx, { ...body, start: 'draft' })).toEqual(draft)
  await expect(createRollout(fleet.ctx, { ...body, start: 'now' })).rejects.toMatchObject(conflict)
})

const codes = (reasons: readonly { code: string }[]) => reasons.map(({ code }) => code)
const inSec = (seconds: number) => new Date(fleet.clock.now().getTime() + seconds * 1000).toISOString()

test('what would keep devices now is told before the start, and while they wait, with until when', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const [device] = fleet.devices
  const release = await fleet.release(1)
  expect((await preview(release)).warnings).toEqual([])
  const to = inSec(3600)
  await updateGroup(fleet.ctx, { group: fleet.groupId, blackouts: [{ from: inSec(-1), to, reason: 'fair' }] })
  const message = expect.stringMatching(/fair.*It opens at /)
  const closed = { code: 'window.blackout', message, reopensAt: new Date(to).toISOString() }
  expect((await preview(release)).warnings).toEqual([expect.objectContaining({ ...closed, devices: 4 })])
  expect((await preview(release, quickPolicy({ windows: 'ignore' }))).warnings).toEqual([])

  const policy = quickPolicy({ waves: [] })
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })
  await fleet.settle()
  await fleet.reportAll()
  const ofDevice = async () => (await explainDevice(fleet.ctx, { id: device!.id })).reasons
  const ofRollout = async () => (await explainRollout(fleet.ctx, { rollout: id })).reasons
  expect(await ofDevice()).toContainEqual(expect.objectContaining(closed))
  expect(await ofRollout()).toContainEqual(expect.objectContaining({ ...closed, count: 4 }))
  expect(codes(await ofRollout()).filter((code) => code === 'window.blackout')).toHaveLength(1)
  const freeze = (ctx: typeof fleet.ctx, reason: string) => startFreeze(ctx, { group: fleet.groupId, reason })
  await freeze(fleet.ctx, 'audi')
  expect(await freeze(fleet.ctx, 'audit')).toMatchObject({ reason: 'audit' })
  const other = { ...fleet.ctx, actor: { ...fleet.ctx.actor, name: 'somebody else' } }
  await expect(freeze(other, 'fair')).rejects.toMatchObject({
    reason: 'frozen_by_other',
    message: expect.stringMatching(new RegExp(`frozen by ${fleet.ctx.actor.name} at .* UTC [(]"audit"[)]`)),
  })
  expect(codes((await preview(release)).warnings)).toContain('group.frozen')
  expect(codes(await ofRollout())).toContain('group.frozen')
  expect(codes(await ofDevice())).toContain('freeze.group')
})

test('slow values of a label and unhealthy signals are told before the start', async () => {
  fleet = await TestFleet.create({ devices: 5 })
  await fleet.db.transaction('system', async (tx) => {
    const [first, ...others] = fleet.devices.map(({ id }) => id)
    await tx.device.updateMany({ where: { id: { in: others } }, data: { labels: { site: 'berlin' } } })
    await tx.device.updateMany({ where: { id: first! }, data: { labels: { site: 'paris' } } })
  })
  const release = await fleet.release(1)
  const budget = {
    maxUnavailable: { count: 5 },
    maxDownloading: 50,
    groupBy: 'site',
    maxUnavailablePerValue: { percent: 50 },
  }
  const p50 = async () => Date.parse((await preview(release)).estimate?.p50 ?? '')
  await updateGroup(fleet.ctx, { group: fleet.groupId, budget: { maxUnavailable: { count: 5 }, maxDownloading: 50 } })
  const withoutLabel = await p50()
  await updateGroup(fleet.ctx, { group: fleet.groupId, budget })
  expect(await p50()).toBeGreaterThan(withoutLabel)
  await postSignal(fleet.ctx, { name: 'errors', status: 'unhealthy', selector: 'site=paris', expiresAt: inSec(600) })
  expect((await preview(release)).warnings).toEqual([
    expect.objectContaining({
      code: 'preview.buckets',
      value: 'berlin',
      devices: 4,
      slots: 2,
      turns: 2,
      groupTurns: 1,
    }),
    expect.objectContaining({ code: 'preview.signal', signal: 'errors', devices: 1, until: inSec(600) }),
  ])
})
