import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf, quickPolicy, ScriptedDevice, TestFleet } from '@bootfleet/testkit'
import type { Services } from '../services.ts'
import { advanceRollout } from './advance-rollout.ts'
import { createRollout } from './create-rollout.ts'
import { findDueRollouts } from './find-due-rollouts.ts'

const many = 50

let fleet: TestFleet
const rollouts: string[] = []

// Each on a channel, with a group and a device of its own.
beforeAll(async () => {
  fleet = await TestFleet.create({ devices: 0 })
  const { organizationId } = fleet.ctx
  for (let index = 0; index < many; index++) {
    const [channelId, groupId, releaseId] = [randomUUID(), randomUUID(), randomUUID()]
    const name = `many-${index}`
    await fleet.db.transaction('system', async (tx) => {
      await tx.channel.create({ data: { id: channelId, organizationId, name, repository: 'registry.test/os' } })
      const budget = { maxUnavailable: { percent: 50 }, maxDownloading: 10 }
      const group = { id: groupId, organizationId, channelId, name, budget, windows: [], blackouts: [] }
      await tx.deviceGroup.create({ data: group })
      const release = { repository: 'registry.test/os', version: '1', annotations: {}, createdBy: 'test' }
      await tx.release.create({ data: { id: releaseId, organizationId, channelId, ...release } })
      const manifest = { releaseId, organizationId, architecture: 'amd64', sizeBytes: 1n, layers: [] }
      await tx.releaseManifest.create({ data: { ...manifest, manifestDigest: digestOf(1), configDigest: digestOf(2) } })
    })
    await ScriptedDevice.enroll(fleet.services, { organizationId, groupId, index, booted: digestOf(0) })
    const input = { channel: name, release: releaseId, policy: quickPolicy(), start: 'now' } as const
    rollouts.push((await createRollout(fleet.ctx, input)).id)
  }
}, 300_000)
afterAll(() => fleet[Symbol.asyncDispose]())

/** As a worker does: what is due, four at a time, one slice each. */
async function work(services: Services): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const due = await findDueRollouts(services, { limit: many })
    if (due.length === 0) return
    const slot = async () => {
      for (let id = due.shift(); id !== undefined; id = due.shift()) await advanceRollout(services, { rolloutId: id })
    }
    await Promise.all([slot(), slot(), slot(), slot()])
  }
  throw new Error('the rollouts never came to rest')
}

test(
  'two workers bring fifty rollouts on at once, and each gets as far as any other',
  { timeout: 300_000 },
  async () => {
    await Promise.all([work(fleet.services), work(fleet.services)])
    const targets = await fleet.db.transaction('system', (tx) => tx.rolloutTarget.findMany({ select: { state: true } }))
    expect(targets.map(({ state }) => state)).toEqual(rollouts.map(() => 'offered'))
  },
)

test('who has waited longest is advanced first, whether the rollout or a target of it is due', async () => {
  const now = fleet.clock.now().getTime()
  const ago = (seconds: number) => new Date(now - seconds * 1000)
  const [busy, waiting, reported] = rollouts as [string, string, string]
  await fleet.db.transaction('system', async (tx) => {
    await tx.rollout.updateMany({ data: { wakeAt: null } })
    await tx.rollout.update({ where: { id: busy }, data: { wakeAt: ago(0) } })
    await tx.rollout.update({ where: { id: waiting }, data: { wakeAt: ago(10) } })
    await tx.rolloutTarget.updateMany({ where: { rolloutId: reported }, data: { dueAt: ago(20) } })
    await tx.rolloutTarget.updateMany({ where: { rolloutId: busy }, data: { dueAt: ago(0) } })
  })
  expect(await findDueRollouts(fleet.services, { limit: many })).toEqual([reported, waiting, busy])
  expect(await findDueRollouts(fleet.services, { limit: 1 })).toEqual([reported])
})
