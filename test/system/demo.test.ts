import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Demo } from '@bootfleet/contracts'
import { createClient, type Client } from '@bootfleet/sdk'
import { freePort, waitFor } from '@bootfleet/testkit'
import { bootfleet } from './stack/command-line.ts'
import { Started, type StartEnvironment } from './stack/started.ts'

/** What somebody sees who has just cloned the repository. One start: each test begins where the one before ended. */
let folder: string
let environment: StartEnvironment
let started: Started
let client: Client

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootfleet-demo-'))
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const [PORT = '', API_PORT = '', DEVICE_PORT = '', MQTT_PORT = ''] = ports.map(String)
  environment = { BOOTFLEET_DATA: join(folder, 'data'), PORT, API_PORT, DEVICE_PORT, MQTT_PORT }
  started = await Started.start(environment, [])
  client = createClient(await readJson<{ url: string; token: string }>('admin.json').then(apiOf))
})
afterAll(async () => {
  await started?.stop('SIGTERM')
  await rm(folder, { recursive: true, force: true })
})

const path = (name: string) => join(environment.BOOTFLEET_DATA, name)
const readJson = async <T>(name: string) => JSON.parse(await readFile(path(name), 'utf8')) as T
const apiOf = ({ url, token }: { url: string; token: string }) => ({ baseUrl: url, token })
const demoPid = async () => (await readJson<Record<string, number>>('running.json'))['demo']

async function untilRollout(release: number, state: string): Promise<{ demo: Demo; rollout: string }> {
  let demo: Demo | undefined
  const isThere = async () => {
    demo = await client.demo.get()
    return demo.releases[release]?.rollout?.state === state
  }
  await waitFor(`the rollout of release ${release} to be ${state}`, isThere, 150_000).catch(async (error: unknown) => {
    const log = await readFile(path('logs/demo.log'), 'utf8').catch(String)
    throw new Error(`${JSON.stringify(demo, null, 1)}\n${log.slice(-3000)}`, { cause: error })
  })
  return { demo: demo!, rollout: demo!.releases[release]!.rollout!.id }
}

async function simulated() {
  const { items } = await client.devices.list({ query: { selector: 'simulated=true', limit: 200 } })
  return items
}

const targetsOf = async (rollout: string) =>
  (await client.rollouts.targets({ params: { rollout }, query: { limit: 200 } })).items

test('the first rollout begins by itself, and completes though the demo is killed on the way', async () => {
  const { rollout } = await untilRollout(0, 'running')
  const first = await demoPid()
  process.kill(Number(first), 'SIGKILL')
  await waitFor('another process of the demo', async () => ![undefined, first].includes(await demoPid()))
  const { demo } = await untilRollout(0, 'completed')
  expect(demo).toMatchObject({ state: 'active', devices: 60, hint: { code: 'demo.roll_out' } })
  expect(demo.releases.map(({ version }) => version)).toEqual(['42.1', '42.2'])
  const targets = await targetsOf(rollout)
  expect(targets).toHaveLength(60)
  expect(targets.filter(({ state }) => state !== 'succeeded').map(({ because }) => because)).toEqual([])
})

test('the second release is stopped by the canary: only panel-7 falls back, and nobody else is touched', async () => {
  const { channel, releases } = await client.demo.get()
  await client.rollouts.create({ body: { channel: channel!.name, release: releases[1]!.id, start: 'now' } })
  const { demo, rollout } = await untilRollout(1, 'paused')
  expect(demo.hint).toMatchObject({ code: 'demo.stopped' })
  const { waves } = await client.rollouts.get({ params: { rollout } })
  expect(waves.map(({ state }) => state)).toEqual(['tripped', 'pending', 'pending'])

  const devices = new Map((await simulated()).map((device) => [device.id, device]))
  const modelOf = (id: string) => devices.get(id)?.labels['model']
  const targets = await targetsOf(rollout)
  const failed = targets.filter(({ state }) => ['rolled_back', 'failed', 'timed_out'].includes(state))
  expect(new Set(failed.map(({ deviceId }) => modelOf(deviceId)))).toEqual(new Set(['panel-7']))

  const outside = targets.filter(({ wave }) => wave !== 0)
  expect(outside).toHaveLength(54)
  expect(new Set(outside.map(({ deviceId }) => devices.get(deviceId)?.booted?.release?.version))).toEqual(
    new Set(['42.1']),
  )
})

test('removing it leaves what people made, no device, no process and no key', async () => {
  await client.channels.create({ body: { name: 'mine', repository: 'registry.example/mine' } })
  await client.groups.create({ body: { name: 'lab', channel: 'mine' } })
  await client.demo.remove()
  expect(await client.demo.get()).toMatchObject({ state: 'none', devices: 0, releases: [], channel: null, group: null })
  expect(await simulated()).toEqual([])
  expect((await client.rollouts.list()).items).toEqual([])
  expect((await client.channels.list()).items.map(({ name }) => name)).toEqual(['mine'])
  expect((await client.groups.list()).items.map(({ name }) => name).toSorted()).toEqual(['default', 'lab'])
  await waitFor('the demo to end', async () => (await demoPid()) === undefined && !existsSync(path('demo')))
})

test('removing it again says that there is none', async () => {
  const { url, token } = await readJson<{ url: string; token: string }>('admin.json')
  const env = { BOOTFLEET_URL: url, BOOTFLEET_TOKEN: token }
  const { code, stdout } = await bootfleet(['demo', 'remove'], { env })
  expect([code, stdout]).toEqual([0, 'There is no demo.\n'])
})

test('the next start has none', async () => {
  expect(await started.stop('SIGTERM')).toBe(0)
  started = await Started.start(environment, [])
  expect(started.output()).not.toContain('simulated')
  expect(await demoPid()).toBeUndefined()
  expect((await client.channels.list()).items.map(({ name }) => name)).toEqual(['mine'])
})
