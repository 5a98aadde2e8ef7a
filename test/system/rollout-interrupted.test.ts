import { describe, expect, test } from 'vitest'
import { query, requireServer, waitFor } from '@bootfleet/testkit'
import { RolloutScene } from './stack/rollout-scene.ts'

describe.skipIf(requireServer(['docker-registry']).missing)('a rollout whose servers fail in its middle', () => {
  test('ends right although every process is killed in its middle, one after the other', async () => {
    await using scene = await RolloutScene.open()
    const { stack, lab } = scene
    const good = await lab.push('1.0')
    await lab.enroll(4)
    const rollout = await scene.roll('1.0')
    const inState = (states: string[]) =>
      waitFor(`a target to be ${states.join(' or ')}`, async () => {
        const { counts } = await scene.read(rollout)
        return states.some((state) => (counts[state as keyof typeof counts] ?? 0) > 0)
      })
    await stack.killAndRestart('worker')
    await inState(['offered', 'downloading', 'staged', 'granted', 'rebooting', 'verifying', 'soaking', 'succeeded'])
    await stack.killAndRestart('gateway')
    await stack.killAndRestart('api')
    await inState(['soaking', 'succeeded'])
    for (const { agent } of lab.devices) {
      await agent.kill9()
      await agent.restart()
    }
    await stack.killAndRestart('worker')
    await scene.until(rollout, 'completed')
    const amd64 = good.manifests.find(({ architecture }) => architecture === 'amd64')?.manifestDigest
    expect(lab.booted()).toEqual(lab.devices.map(() => ({ digest: amd64, reboots: 1 })))
  })

  test('goes on although the queue is emptied in its middle', async () => {
    await using scene = await RolloutScene.open()
    const { stack, lab } = scene
    await lab.push('1.0')
    await lab.enroll(2)
    const rollout = await scene.roll('1.0')
    await waitFor('the rollout to move', async () => (await scene.read(rollout)).waves.length > 0)
    const tables = await query(stack.database.adminUrl, "SELECT tablename FROM pg_tables WHERE schemaname = 'bullmq'")
    const names = tables
      .map(({ tablename }) => `bullmq.${String(tablename)}`)
      .filter((name) => !name.includes('migration'))
    await query(stack.database.adminUrl, `TRUNCATE ${names.join(', ')} CASCADE`)
    await scene.until(rollout, 'completed')
    expect(lab.booted().every(({ reboots }) => reboots === 1)).toBe(true)
  })
})
