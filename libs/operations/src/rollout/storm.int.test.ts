import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf, ScriptedDevice, TestFleet, virtualClock } from '@bootfleet/testkit'
import { systemCtx } from '../context.ts'
import { createUser } from '../user/create-user.ts'
import { createRollout } from './create-rollout.ts'
import { patientDatabase } from './outlast.testing.ts'
import { checkEnd, checkGates } from './storm-checks.testing.ts'
import { StormDevice, stormKinds } from './storm-device.testing.ts'
import { stormIds } from './storm-operator.testing.ts'
import type { Storm } from './storm-state.testing.ts'
import { unsafeDatabase } from './unsafe-database.testing.ts'
import { calmDown, chances, stormPolicy, tick } from './storm.testing.ts'

// STORM_SEEDS: how many; STORM_FROM: the first one.
const seeds = Number(process.env['STORM_SEEDS'] ?? 8)
const from = Number(process.env['STORM_FROM'] ?? 1)
const atOnce = 3
const devices = 8
const old = digestOf(0)
const images = [digestOf(1), digestOf(2)]

let fleet: TestFleet
let personId: string
beforeAll(async () => {
  fleet = await TestFleet.create({ devices: 0, maxUnavailable: 1 })
  const user = { email: 'operator@fleet.test', name: 'operator', password: 'a long enough password' }
  personId = (await createUser(fleet.ctx, { ...user, role: 'admin' })).id
})
afterAll(() => fleet[Symbol.asyncDispose]())

/** A channel, a group, devices and a clock of its own, in the one organization. */
async function begin(seed: number): Promise<Storm> {
  const chance = chances(seed)
  const clock = virtualClock()
  const services = { ...fleet.services, db: patientDatabase(fleet.services.db), now: clock.now }
  const { organizationId } = fleet.ctx
  const ids = stormIds()
  const { channelId, groupId, releaseId, newerReleaseId } = ids
  const maxUnavailable = 1 + Math.floor(chance() * 3)
  const name = `storm-${seed}`
  await services.db.transaction('system', async (tx) => {
    await tx.channel.create({ data: { id: channelId, organizationId, name, repository: 'registry.test/os/edge' } })
    const budget = { maxUnavailable: { count: maxUnavailable }, maxDownloading: 1 + Math.floor(chance() * 4) }
    await tx.deviceGroup.create({
      data: { id: groupId, organizationId, channelId, name, budget, windows: [], blackouts: [] },
    })
    for (const [place, id] of [releaseId, newerReleaseId].entries()) {
      const version = `${place + 1}.0`
      const release = { repository: 'registry.test/os/edge', version, annotations: {}, createdBy: 'storm' }
      await tx.release.create({ data: { id, organizationId, channelId, ...release, createdAt: clock.now() } })
      const manifest = { manifestDigest: images[place] ?? '', configDigest: digestOf(9), sizeBytes: 1000n, layers: [] }
      await tx.releaseManifest.create({ data: { releaseId: id, organizationId, architecture: 'amd64', ...manifest } })
    }
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
  await createRollout(ctx, { channel: name, release: releaseId, policy, start: 'now' })
  const world = { services, organizationId, ...ids, channelName: name, policy, maxUnavailable, devices: stormy, chance }
  // The lists of targets are planned in the first moments.
  const risk = () => (storm.calm ? 0 : storm.risky > 0 ? 0.4 : 0.06)
  const storm: Storm = {
    ...world,
    personId,
    unsafe: { ...services, db: unsafeDatabase(services.db, { chance, risk }) },
    outages: 0,
    advance: (seconds) => clock.advance(seconds),
    network: [],
    heard: new Map(),
    old: new Map(),
    released: new Set(),
    newer: false,
    again: false,
    risky: 3,
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
  problems.push(...(await checkEnd(storm, images)), ...(await checkGates(storm)))
  if (problems.length > 0) throw new Error([...new Set(problems)].join('; '))
  return storm.outages
}

// What failed is kept, with the command that plays it again.
function keepFailure(seed: number, error: unknown): string {
  const command = `STORM_SEEDS=1 STORM_FROM=${seed} npx vitest run --project integration libs/operations/src/rollout/storm.int.test.ts`
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  mkdirSync('.bootfleet/storms', { recursive: true })
  const file = `.bootfleet/storms/seed-${seed}.log`
  writeFileSync(file, `${command}\n\n${text}\n`)
  return `seed ${seed}: ${String(error)}\n  kept in ${file}; again: ${command}`
}

test(
  'a rollout keeps its promises in any weather, and comes to an end',
  { timeout: 120_000 + seeds * 20_000 },
  async () => {
    const failures: string[] = []
    let next = from
    let outages = 0
    const sail = async () => {
      for (let seed = next++; seed < from + seeds; seed = next++)
        await weather(seed).then(
          (some) => (outages += some),
          (error: unknown) => failures.push(keepFailure(seed, error)),
        )
    }
    await Promise.all(Array.from({ length: atOnce }, sail))
    if (failures.length > 0) throw new Error(failures.join('\n'))
    expect(outages, 'processes died, or it proves little').toBeGreaterThan(0)
  },
)
