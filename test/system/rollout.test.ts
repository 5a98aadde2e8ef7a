import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PolicyInput } from '@bootfleet/contracts'
import { query, requireServer, waitFor } from '@bootfleet/testkit'
import { Lab } from './stack/lab.ts'
import { parts, Stack } from './stack/stack.ts'

const canary: PolicyInput = {
  waves: [{ name: 'canary', size: { count: 1 }, soakSec: 2 }],
  rest: { soakSec: 2 },
  timeouts: { applySec: 120, healthSec: 60 },
}

describe.skipIf(requireServer(['docker-registry']).missing)('a rollout on real parts', () => {
  let stack: Stack
  let lab: Lab

  beforeEach(async () => {
    stack = await Stack.start()
    lab = await Lab.open(stack.client)
    await stack.client.channels.create({ body: { name: 'edge-stable', repository: lab.repository } })
    const budget = { maxUnavailable: { count: 10 }, maxDownloading: 10 }
    await stack.client.groups.update({ params: { group: 'default' }, body: { channel: 'edge-stable', budget } })
  })
  afterEach(async () => {
    await lab[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
  })

  const publish = (version: string) =>
    stack.client.releases.create({
      params: { channel: 'edge-stable' },
      body: { image: `${lab.repository}:${version}` },
    })

  async function roll(version: string): Promise<string> {
    const release = await publish(version)
    const body = { channel: 'edge-stable', release: release.id, policy: canary, start: 'now' as const }
    return (await stack.client.rollouts.create({ body })).id
  }

  const read = (rollout: string) => stack.client.rollouts.get({ params: { rollout } })

  async function until(rollout: string, state: string): Promise<void> {
    await waitFor(`the rollout to be ${state}`, async () => (await read(rollout)).state === state, 150_000).catch(
      async (error: unknown) => {
        const { reasons } = await stack.client.rollouts.explain({ params: { rollout } })
        const agents = lab.devices.map(({ agent }) => agent.output().split('\n').slice(-15).join('\n')).join('\n---\n')
        const logs = parts.map((name) => `${name}:\n${stack.output(name)}`).join('\n')
        throw new Error(
          `${JSON.stringify(await read(rollout), null, 1)}\n${JSON.stringify(reasons)}\n${agents}\n${logs}`,
          { cause: error },
        )
      },
    )
  }

  test('goes through the canary to the rest, and a release that does not boot stops at its canary', async () => {
    const good = await lab.push('1.0')
    await lab.push('2.0', 'fail-boot')
    await lab.enroll(4)
    const first = await roll('1.0')
    await until(first, 'completed')
    const amd64 = good.manifests.find(({ architecture }) => architecture === 'amd64')?.manifestDigest
    expect(lab.booted()).toEqual(lab.devices.map(() => ({ digest: amd64, reboots: 1 })))
    const { items: events } = await stack.client.rollouts.events({ params: { rollout: first }, query: { limit: 200 } })
    expect(events.every(({ because }) => because.message.length > 0)).toBe(true)
    const kinds = new Set(events.map(({ kind }) => kind))
    for (const kind of ['target.granted', 'target.soaking', 'target.succeeded', 'wave.passed', 'rollout.completed'])
      expect(kinds).toContain(kind)

    const second = await roll('2.0')
    await until(second, 'paused')
    const tripped = await read(second)
    expect(tripped.waves[0]).toMatchObject({ name: 'canary', state: 'tripped' })
    expect(tripped.counts).toMatchObject({ rolled_back: 1, pending: 3 })
    expect(lab.booted()).toEqual(lab.devices.map(() => expect.objectContaining({ digest: amd64 })))
    const reboots = lab
      .booted()
      .map(({ reboots: count }) => count)
      .toSorted((a, b) => a - b)
    expect(reboots.slice(0, 3)).toEqual([1, 1, 1])
  })

  test('ends right although every process is killed in its middle, one after the other', async () => {
    const good = await lab.push('1.0')
    await lab.enroll(4)
    const rollout = await roll('1.0')
    const inState = (states: string[]) =>
      waitFor(`a target to be ${states.join(' or ')}`, async () => {
        const { counts } = await read(rollout)
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
    await until(rollout, 'completed')
    const amd64 = good.manifests.find(({ architecture }) => architecture === 'amd64')?.manifestDigest
    expect(lab.booted()).toEqual(lab.devices.map(() => ({ digest: amd64, reboots: 1 })))
  })

  test('goes on although the queue is emptied in its middle', async () => {
    await lab.push('1.0')
    await lab.enroll(2)
    const rollout = await roll('1.0')
    await waitFor('the rollout to move', async () => (await read(rollout)).waves.length > 0)
    const tables = await query(stack.database.adminUrl, "SELECT tablename FROM pg_tables WHERE schemaname = 'bullmq'")
    const names = tables
      .map(({ tablename }) => `bullmq.${String(tablename)}`)
      .filter((name) => !name.includes('migration'))
    await query(stack.database.adminUrl, `TRUNCATE ${names.join(', ')} CASCADE`)
    await until(rollout, 'completed')
    expect(lab.booted().every(({ reboots }) => reboots === 1)).toBe(true)
  })
})
