import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CreateEnrollmentToken } from '@bootfleet/contracts'
import { connect, type Database } from '@bootfleet/db'
import { createTestDatabase, ScriptedDevice, digestOf, testServices, type TestDatabase } from '@bootfleet/testkit'
import { createChannel } from '../channel/create-channel.ts'
import { systemCtx, type Ctx, type Role } from '../context.ts'
import { createEnrollmentToken } from '../enrollment-token/create-enrollment-token.ts'
import { createGroup } from '../group/create-group.ts'
import { setupInstallation } from '../installation/setup-installation.ts'
import { listPolicyVersions } from '../policy/list-policy-versions.ts'
import { advanceRollout } from '../rollout/advance-rollout.ts'
import { createRollout } from '../rollout/create-rollout.ts'
import type { Services } from '../services.ts'
import { getDemo } from './get-demo.ts'
import { removeDemo } from './remove-demo.ts'
import { startDemo } from './start-demo.ts'

let server: TestDatabase
let db: Database
let services: Services
let ctx: Ctx
let organizations = 0
const input = { repository: '127.0.0.1:3002/demo/edge-os' }

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  services = testServices(db)
})
afterAll(async () => {
  await db.close()
  await server[Symbol.asyncDispose]()
})
beforeEach(async () => void (ctx = await newOrganization()))

async function newOrganization(): Promise<Ctx> {
  const slug = `o${organizations++}`
  const admin = { email: `admin@${slug}.example`, password: 'a long enough password', name: 'Ada' }
  const { organizationId } = await setupInstallation(services, {
    organization: { slug, name: slug },
    admin,
    demo: true,
  })
  return systemCtx(services, organizationId)
}

const as = (role: Role): Ctx => ({ ...ctx, actor: { kind: 'user', id: services.newId(), name: role, role } })

/** A device in a group of the organization, simulated unless said otherwise. */
async function enroll(owner: Ctx, groupId: string, labels: Record<string, string> = { simulated: 'true' }) {
  const { organizationId } = owner
  const count = await db.transaction('system', (tx) => tx.device.count({ where: { organizationId } }))
  const device = await ScriptedDevice.enroll(services, { organizationId, groupId, index: count, booted: digestOf(0) })
  await db.transaction('system', (tx) => tx.device.update({ where: { id: device.id }, data: { labels } }))
  return device.id
}

async function startWith(devices: number, owner = ctx) {
  const { channel, group, policy } = await startDemo(owner, input)
  for (let index = 0; index < devices; index++) await enroll(owner, group!.id)
  return { channel: channel!, group: group!, policy: policy! }
}

/** A rollout of the demo's channel that is under way, without a registry. */
async function startRollout(channelId: string): Promise<void> {
  const { organizationId } = ctx
  const id = services.newId()
  const release = { id, organizationId, channelId, version: '1.0', annotations: {}, createdBy: 'test' }
  const image = {
    architecture: 'amd64',
    sizeBytes: 1n,
    layers: [],
    manifestDigest: digestOf(1),
    configDigest: digestOf(2),
  }
  await db.transaction('system', async (tx) => {
    await tx.release.create({ data: { ...release, ...input, createdAt: new Date() } })
    await tx.releaseManifest.create({ data: { ...image, releaseId: id, organizationId } })
  })
  const { id: rolloutId } = await createRollout(ctx, { channel: 'demo', release: id, start: 'now' })
  for (let turn = 0; turn < 20; turn++) await advanceRollout(services, { rolloutId })
}

/** What the organization has: names, and the devices that were not removed. */
function remaining({ organizationId }: Ctx) {
  const where = { organizationId }
  return db.transaction('system', async (tx) => ({
    channels: (await tx.channel.findMany({ where })).map(({ name }) => name),
    groups: (await tx.deviceGroup.findMany({ where })).map(({ name }) => name).toSorted(),
    devices: await tx.device.count({ where: { ...where, removedAt: null } }),
  }))
}

const rolloutsOf = (channelId: string) => db.transaction('system', (tx) => tx.rollout.count({ where: { channelId } }))

const nothing = { state: 'none', channel: null, group: null, policy: null, devices: 0, releases: [], hint: null }

test('a new organization wants a demo, which is there once it is started, and starting it again changes nothing', async () => {
  expect(await getDemo(ctx)).toMatchObject({ state: 'wanted', channel: null })
  const [one, two] = await Promise.all([startDemo(ctx, input), startDemo(ctx, input)])
  expect(one).toMatchObject({ state: 'active', channel: { name: 'demo' }, group: { name: 'demo' }, devices: 0 })
  expect(two).toEqual(one)
  expect(await startDemo(ctx, input)).toEqual(one)
})

test('a fleet of its own comes before a demo', async () => {
  await createChannel(ctx, { name: 'edge', repository: 'registry.example/edge' })
  await expect(startDemo(ctx, input)).rejects.toMatchObject({ code: 'conflict', reason: 'not_empty' })
  expect(await removeDemo(ctx)).toEqual(nothing)
  expect(await remaining(ctx)).toMatchObject({ channels: ['edge'] })
})

test('an administrator alone starts and removes it; everybody sees it', async () => {
  for (const role of ['viewer', 'operator', 'approver'] as const) {
    await expect((async () => startDemo(as(role), input))()).rejects.toMatchObject({ code: 'forbidden' })
    await expect((async () => removeDemo(as(role)))()).rejects.toMatchObject({ code: 'forbidden' })
    expect(await getDemo(as(role))).toMatchObject({ state: 'wanted' })
  }
  expect(await startDemo(as('admin'), input)).toMatchObject({ state: 'active' })
  expect(await removeDemo(as('admin'))).toEqual(nothing)
})

describe('removing', () => {
  test('takes the demo away and nothing else, in this organization alone', async () => {
    const other = await newOrganization()
    await startWith(2, other)
    await startWith(3)
    await createChannel(ctx, { name: 'mine', repository: 'registry.example/mine' })
    await createGroup(ctx, { name: 'lab', channel: 'mine' })
    expect(await removeDemo(ctx)).toEqual(nothing)
    expect(await remaining(ctx)).toEqual({ channels: ['mine'], groups: ['default', 'lab'], devices: 0 })
    expect(await remaining(other)).toEqual({ channels: ['demo'], groups: ['default', 'demo'], devices: 2 })
    expect(await removeDemo(ctx)).toEqual(nothing)
  })

  test('goes on where it was interrupted, and starts nothing anew before', async () => {
    const { channel } = await startWith(3)
    await startRollout(channel.id)
    expect(await rolloutsOf(channel.id)).toBe(1)
    let left = 4
    const transaction = ((scope, work) => {
      if (left-- === 0) throw new Error('the power is gone')
      return db.transaction(scope, work)
    }) as Database['transaction']
    const failing = { ...ctx, services: { ...services, db: { ...db, transaction } } }
    await expect(removeDemo(failing)).rejects.toThrow('the power is gone')
    expect(await getDemo(ctx)).toMatchObject({ state: 'removing', hint: { code: 'demo.removing' }, devices: 2 })
    expect(await rolloutsOf(channel.id)).toBe(0)
    await expect(startDemo(ctx, input)).rejects.toMatchObject({ code: 'conflict', reason: 'demo_removing' })
    expect(await removeDemo(ctx)).toEqual(nothing)
    expect(await remaining(ctx)).toEqual({ channels: [], groups: ['default'], devices: 0 })
  })

  test('by three at once ends well for all of them', async () => {
    await startWith(6)
    expect(await Promise.all([removeDemo(ctx), removeDemo(ctx), removeDemo(ctx)])).toEqual([nothing, nothing, nothing])
    expect(await remaining(ctx)).toEqual({ channels: [], groups: ['default'], devices: 0 })
  })
})

describe('removing is refused, with nothing removed, while people hold on to it:', () => {
  type Parts = Awaited<ReturnType<typeof startWith>>
  const holds: Readonly<Record<string, { hold: (parts: Parts) => Promise<unknown>; says: string }>> = {
    'a machine of theirs in its group': {
      hold: ({ group }) => enroll(ctx, group.id, { site: 'berlin' }),
      says: 'move the 1 devices that are not simulated to another group',
    },
    'a token of theirs for its group': {
      hold: () => createEnrollmentToken(ctx, CreateEnrollmentToken.parse({ name: 'mine', group: 'demo' })),
      says: 'revoke the 1 enrollment tokens that people made for its group',
    },
    'a group of theirs that follows its channel': {
      hold: () => createGroup(ctx, { name: 'lab', channel: 'demo' }),
      says: "give the 1 other groups that follow the demo's channel another one",
    },
    'a channel of theirs with its policy': {
      hold: () => createChannel(ctx, { name: 'edge', repository: 'registry.example/edge', defaultPolicy: 'demo' }),
      says: "give the 1 other channels that use the demo's policy another one",
    },
  }
  test.each(Object.entries(holds))('%s', async (_name, { hold, says }) => {
    const parts = await startWith(2)
    await hold(parts)
    const before = await remaining(ctx)
    const refusal = { code: 'conflict', reason: 'demo_in_use', message: expect.stringContaining(says) }
    await expect(removeDemo(ctx)).rejects.toMatchObject(refusal)
    expect(await remaining(ctx)).toEqual(before)
    expect(await getDemo(ctx)).toMatchObject({ state: 'active', devices: 2 })
  })
})

test('the policies that an installation and its demo begin with have a first version', async () => {
  await startDemo(ctx, input)
  for (const policy of ['default', 'demo'])
    expect((await listPolicyVersions(ctx, { policy, limit: 5 })).items).toMatchObject([{ version: 1 }])
})
