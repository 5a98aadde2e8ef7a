import { describe, expect, test } from 'vitest'
import { requireServer } from '@bootfleet/testkit'
import { RolloutScene } from './stack/rollout-scene.ts'

describe.skipIf(requireServer(['docker-registry']).missing)('a rollout on real parts', () => {
  test('goes through the canary to the rest, and a release that does not boot stops at its canary', async () => {
    await using scene = await RolloutScene.open()
    const { stack, lab } = scene
    const good = await lab.push('1.0')
    await lab.push('2.0', 'fail-boot')
    await lab.enroll(4)
    const first = await scene.roll('1.0')
    await scene.until(first, 'completed')
    const amd64 = good.manifests.find(({ architecture }) => architecture === 'amd64')?.manifestDigest
    expect(lab.booted()).toEqual(lab.devices.map(() => ({ digest: amd64, reboots: 1 })))
    const { items: events } = await stack.client.rollouts.events({ params: { rollout: first }, query: { limit: 200 } })
    expect(events.every(({ because }) => because.message.length > 0)).toBe(true)
    const kinds = new Set(events.map(({ kind }) => kind))
    for (const kind of ['target.granted', 'target.soaking', 'target.succeeded', 'wave.passed', 'rollout.completed'])
      expect(kinds).toContain(kind)

    const second = await scene.roll('2.0')
    await scene.until(second, 'paused')
    const tripped = await scene.read(second)
    expect(tripped.waves[0]).toMatchObject({ name: 'canary', state: 'tripped' })
    expect(tripped.counts).toMatchObject({ rolled_back: 1, pending: 3 })
    expect(lab.booted()).toEqual(lab.devices.map(() => expect.objectContaining({ digest: amd64 })))
    const reboots = lab
      .booted()
      .map(({ reboots: count }) => count)
      .toSorted((a, b) => a - b)
    expect(reboots.slice(0, 3)).toEqual([1, 1, 1])
  })
})
