import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf, ScriptedDevice, TestFleet, virtualClock } from '@bootfleet/testkit'
import { systemCtx } from '../context.ts'
import { createRollout } from './create-rollout.ts'
import { checkEnd, checkGates } from './storm-checks.testing.ts'
import { StormDevice, stormKinds } from './storm-device.testing.ts'
import type { Storm } from './storm-state.testing.ts'
import { unsafeDatabase } from './unsafe-database.testing.ts'
import { calmDown, chances, stormPolicy, tick } from './storm.testing.ts'

// STORM_SEEDS: how many; STORM_FROM: the first one.
const seeds = Number(process.env['STORM_SEEDS'] ?? 8)
const from = Number(process.env['STORM_FROM'] ?? 1)
const atOnce = 3
const devices = 8
const old = digestOf(0)
const image = digestOf(1)

let fleet: TestFleet
beforeAll(async () => void (fleet = await TestFleet.create({ devices: 0, maxUnavailable: 1 })))
afterAll(() => fleet[Symbol.asyncDispose]())

/** A channel, a group, devices and a clock of its own, in the one organization. */
async function begin(seed: number): Promise<Storm> {
  const chance = chances(seed)
  const clock = virtualClock()
  const services = { ...fleet.services, now: clock.now }
  const { organizationId } = fleet.ctx
  const [channelId, groupId, releaseId] = [randomUUID(), randomUUID(), randomUUID()]
  const maxUnavailable = 1 + Math.floor(chance() * 3)
  const name = `storm-${seed}`
  await services.db.transaction('system', async (tx) => {
    await tx.channel.create({ data: { id: channelId, organizationId, name, repository: 'registry.test/os/edge' } })
    const budget = { maxUnavailable: { count: maxUnavailable }, maxDownloading: 1 + Math.floor(chance() * 4) }
    await tx.deviceGroup.create({
      data: { id: groupId, organizationId, channelId, name, budget, windows: [], blackouts: [] },
    })
    const release = { repository: 'registry.test/os/edge', version: '1.0', annotations: {}, createdBy: 'storm' }
    await tx.release.create({ data: { id: releaseId, organizationId, channelId, ...release, createdAt: clock.now() } })
    const manifest = { manifestDigest: image, configDigest: digestOf(2), sizeBytes: 1000n, layers: [] }
    await tx.releaseManifest.create({ data: { releaseId, organizationId, architecture: 'amd64', ...manifest } })
  })
  const stormy: StormDevice[] = []
  for (let index = 0; index < devices; index++) {
    const place = { organizationId, groupId, index: seed * 1000 + index, booted: old }
    const { id } = await ScriptedDevice.enroll(services, place)
    const data = { labels: { third: String(index % 3) } }
    await services.db.transaction('system', (tx) => tx.device.update({ where: { id }, data }))
    // Every second fleet has few troublemakers: it goes far.
    const kind = stormKinds[Math.floor(chance() ** (seed % 2 === 0 ? 1 : 4) * stormKinds.length)] ?? 'ok'
    stormy.push(new StormDevice({ id, kind, booted: old, chance, now: clock.now }))
  }
  const policy = stormPolicy(chance)
  const ctx = systemCtx(services, organizationId)
  const { id: rolloutId } = await createRollout(ctx, { channel: name, release: releaseId, policy, start: 'now' })
  const world = { services, organizationId, groupId, rolloutId, maxUnavailable, devices: stormy, chance }
  const storm: Storm = {
    ...world,
    unsafe: { ...services, db: unsafeDatabase(services.db, { chance, safe: () => storm.calm }) },
    outages: 0,
    advance: (seconds) => clock.advance(seconds),
    network: [],
    old: new Map(),
    released: new Set(),
    retries: 0,
    calm: false,
    problems: [],
  }
  return storm
}

async function weather(seed: number): Promise<number> {
  const storm = await begin(seed)
  const { problems } = storm
  const length = 10 + Math.floor(storm.chance() * 20)
  for (let moment = 0; moment < length; moment++) await tick(storm)
  await calmDown(storm)
  problems.push(...(await checkEnd(storm, image)), ...(await checkGates(storm)))
  if (problems.length > 0) throw new Error([...new Set(problems)].join('; '))
  return storm.outages
}

test(
  'a rollout keeps its promises in any weather, and comes to an end',
  { timeout: 60_000 + seeds * 10_000 },
  async () => {
    const failures: string[] = []
    let next = from
    let outages = 0
    const sail = async () => {
      for (let seed = next++; seed < from + seeds; seed = next++)
        await weather(seed).then(
          (some) => (outages += some),
          (error: unknown) => failures.push(`seed ${seed}: ${String(error)}`),
        )
    }
    await Promise.all(Array.from({ length: atOnce }, sail))
    expect(failures, 'run one seed with STORM_SEEDS=1 STORM_FROM=<seed>').toEqual([])
    expect(outages, 'processes died, or it proves little').toBeGreaterThan(0)
  },
)
