import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PolicyInput } from '@bootfleet/contracts'
import { query, requireServer, waitFor } from '@bootfleet/testkit'
import { Lab } from './stack/lab.ts'
import { Simulation } from './stack/simulation.ts'
import { parts } from './stack/describe-servers.ts'
import { Stack } from './stack/stack.ts'

const timeouts = { applySec: 180, healthSec: 60 }
const fleet = 40

describe.skipIf(requireServer(['docker-registry']).missing)('simulated devices against real processes', () => {
  let stack: Stack
  let lab: Lab
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bootfleet-simulate-'))
    stack = await Stack.start()
    lab = await Lab.open(stack.client)
  })
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  /** A group with a channel of its own, both under one name. */
  async function addGroup(name: string, maxUnavailable: number): Promise<void> {
    await stack.client.channels.create({ body: { name, repository: lab.repository } })
    const budget = { maxUnavailable: { count: maxUnavailable }, maxDownloading: 1000 }
    await stack.client.groups.create({ body: { name, channel: name, budget } })
  }

  async function roll(channel: string, version: string, policy: PolicyInput): Promise<string> {
    const image = `${lab.repository}:${version}`
    const release = await stack.client.releases.create({ params: { channel }, body: { image } })
    const body = { channel, release: release.id, policy, start: 'now' as const }
    return (await stack.client.rollouts.create({ body })).id
  }

  const read = (rollout: string) => stack.client.rollouts.get({ params: { rollout } })

  async function until(rollout: string, state: string, meanwhile?: () => Promise<void>): Promise<void> {
    const isThere = async () => {
      await meanwhile?.()
      return (await read(rollout)).state === state
    }
    await waitFor(`the rollout to be ${state}`, isThere, 150_000).catch(async (error: unknown) => {
      const { counts, because, waves } = await read(rollout)
      const logs = parts.map((name) => `${name}:\n${stack.output(name).slice(-3000)}`).join('\n')
      throw new Error(`${JSON.stringify({ counts, because, waves }, null, 1)}\n${logs}`, { cause: error })
    })
  }

  const targets = async (rollout: string) =>
    (await stack.client.rollouts.targets({ params: { rollout }, query: { limit: 200 } })).items
  const tokens = async () => (await stack.client.enrollmentTokens.list({ query: { limit: 200 } })).items.length
  const simulatedIn = async (group: string) =>
    (await stack.client.devices.list({ query: { group, selector: 'simulated=true', limit: 200 } })).items

  test('update whatever their network does, and trip the gate with an image that one model does not boot', async () => {
    await addGroup('kiosks', 10)
    const rules = join(folder, 'rules.json')
    await writeFile(rules, JSON.stringify({ images: [] }))
    const args = ['--devices', String(fleet), '--seed', 'kiosks', '--group', 'kiosks', '--rules', rules]
    const mix = ['--behaviours', 'normal=35,slow=2,flapping=2,offline=1']
    await using simulation = await Simulation.start(stack, [...args, ...mix])
    const devices = await simulatedIn('kiosks')
    expect(devices).toHaveLength(fleet)
    expect(new Set(devices.map(({ labels }) => labels['model'])).size).toBe(3)
    expect(devices.every(({ labels }) => labels['site'] !== undefined)).toBe(true)

    await lab.push('1.0')
    const rest = { soakSec: 1 }
    const canary = { name: 'canary', size: { count: 4 }, soakSec: 1 }
    const first = await roll('kiosks', '1.0', { waves: [canary], rest, timeouts })
    await until(first, 'completed')
    const results = await targets(first)
    expect(results.filter(({ state }) => state !== 'succeeded').map(({ because }) => because)).toEqual([])
    expect(results).toHaveLength(fleet)

    const bad = await lab.push('2.0')
    const rule = { digests: [bad.indexDigest], models: ['panel-7'], boot: 'fails-to-boot' }
    await writeFile(rules, JSON.stringify({ images: [rule] }))
    // Any 30 of 40 have one of the 13 or 14 of that model among them.
    const second = await roll('kiosks', '2.0', { waves: [{ ...canary, size: { count: 30 } }], rest, timeouts })
    await until(second, 'paused')
    const tripped = await read(second)
    expect(tripped.waves[0]).toMatchObject({ name: 'canary', state: 'tripped' })
    const fellBack = (await targets(second))
      .filter(({ state }) => state === 'rolled_back')
      .map(({ deviceId }) => deviceId)
    expect(fellBack.length).toBeGreaterThan(0)
    const models = devices.filter(({ id }) => fellBack.includes(id)).map(({ labels }) => labels['model'])
    expect(new Set(models)).toEqual(new Set(['panel-7']))
    expect(await simulation.stop()).toBe(0)
  })

  test('that never come back are timed out, keep their slots, and do not pull others after them', async () => {
    await addGroup('remote', 3)
    await lab.push('1.1')
    const kept = ['--state', join(folder, 'remote.json')]
    const args = ['--devices', '9', '--seed', 'remote', '--group', 'remote', ...kept]
    const mix = ['--behaviours', 'normal=7,never-returns=2']
    await using simulation = await Simulation.start(stack, [...args, ...mix])
    const lenient = { maxFailurePercent: 100, minConcluded: 9, minSuccessPercent: 50 }
    const policy = { waves: [], rest: { soakSec: 1, gate: lenient }, timeouts: { ...timeouts, applySec: 15 } }
    const rollout = await roll('remote', '1.1', policy)
    const slots = async () => {
      const sql = `SELECT count(*)::int AS taken FROM budget_slot s JOIN device_group g ON g.id = s.group_id WHERE g.name = 'remote'`
      return Number((await query(stack.database.adminUrl, sql))[0]?.['taken'])
    }
    let most = 0
    await until(rollout, 'completed', async () => {
      most = Math.max(most, await slots())
    })
    const { counts } = await read(rollout)
    expect(counts).toMatchObject({ succeeded: 7, timed_out: 2 })
    expect(most).toBeLessThanOrEqual(3)
    expect(await slots()).toBe(2)

    const before = await tokens()
    await simulation.stop()
    await using again = await Simulation.start(stack, [...args, ...mix])
    expect(again.output()).toContain('0 boots')
    expect(await tokens()).toBe(before)
    expect((await read(rollout)).counts).toEqual(counts)
  })

  test('are all removed with one command', async () => {
    expect(await Simulation.remove(stack)).toContain(`${fleet + 9} simulated devices are removed`)
    const { items } = await stack.client.devices.list({ query: { limit: 1 } })
    expect(items).toEqual([])
  })
})
