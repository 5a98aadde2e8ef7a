import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { advanceRollout } from './advance-rollout.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { previewRollout } from './preview-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const canaryOf = (count: number, stratifyBy: string | null = 'site') => {
  const gate = { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100 }
  return quickPolicy({ stratifyBy, waves: [{ name: 'canary', size: { count }, soakSec: 60, gate }] })
}

async function start(policy = canaryOf(4)): Promise<string> {
  const release = await fleet.release(1)
  return (await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })).id
}

/** Gives the devices their values of "site", in their order; null leaves one without. */
async function label(values: readonly (string | null)[]): Promise<void> {
  await fleet.db.transaction('system', async (tx) => {
    for (const [index, site] of values.entries())
      await tx.device.update({
        where: { id: fleet.devices[index]!.id },
        data: { labels: site === null ? {} : { site } },
      })
  })
}

interface Row {
  site: string | null
  position: bigint
}

function readOrder(rolloutId: string): Promise<Row[]> {
  return fleet.db.transaction(
    'system',
    (tx) => tx.$queryRaw<Row[]>`
      SELECT coalesce(d.labels ->> 'planned', d.labels ->> 'site') AS site, t.position
      FROM rollout_target t JOIN device d ON d.id = t.device_id
      WHERE t.rollout_id = ${rolloutId}::uuid AND t.state <> 'skipped' ORDER BY t.position, t.device_id`,
  )
}

/** Every beginning of the order holds all strata alike, but for those that are used up. */
function expectDealt(order: readonly Row[]): void {
  const sizes = new Map<string | null, number>()
  for (const { site } of order) sizes.set(site, (sizes.get(site) ?? 0) + 1)
  const dealt = new Map([...sizes.keys()].map((site) => [site, 0]))
  const uneven = order.filter(({ site }) => {
    dealt.set(site, (dealt.get(site) ?? 0) + 1)
    const left = [...dealt].filter(([each, count]) => count < (sizes.get(each) ?? 0)).map(([, count]) => count)
    return Math.max(...dealt.values()) - Math.min(...left) > 1
  })
  expect(uneven).toEqual([])
}

test('the first wave of a stratified rollout meets every value and those without one, and it completes', async () => {
  fleet = await TestFleet.create({ devices: 10 })
  await label(['a', 'a', 'a', 'a', 'a', 'b', 'b', 'c', null, 'a'])
  const skipped = fleet.devices[9]!.id
  await fleet.db.transaction('system', (tx) =>
    tx.device.update({ where: { id: skipped }, data: { architecture: 'riscv64' } }),
  )
  const id = await start()
  await fleet.settle()
  const order = await readOrder(id)
  expect(order).toHaveLength(9)
  expectDealt(order)
  expect(new Set(order.slice(0, 4).map(({ site }) => site))).toEqual(new Set(['a', 'b', 'c', null]))
  const { items } = await listTargets(fleet.ctx, { rollout: id, limit: 50 })
  expect(items.every(({ position }) => position >= 0 && Number.isSafeInteger(position))).toBe(true)
  expect(items.find(({ deviceId }) => deviceId === skipped)).toMatchObject({ state: 'skipped' })
  for (let round = 0; round < 20; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
  }
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({ state: 'completed', counts: { succeeded: 9 } })
})

test('without a label the order is the salted hash of the devices', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const id = await start(canaryOf(1, null))
  await fleet.settle()
  const { items } = await listTargets(fleet.ctx, { rollout: id, limit: 50 })
  for (const { deviceId, position } of items)
    expect(position).toBe(
      Number.parseInt(
        createHash('md5')
          .update(id + deviceId)
          .digest('hex')
          .slice(0, 13),
        16,
      ),
    )
  const places = items.map(({ position }) => position)
  expect(places).toEqual(places.toSorted((one, other) => one - other))
})

/** Four strata of 8500, 3000, 499 and 1 devices: the largest never fits a chunk. */
async function fillLarge(): Promise<number> {
  const { organizationId } = fleet.ctx
  await fleet.db.transaction(
    'system',
    (tx) => tx.$executeRaw`
      INSERT INTO device (id, organization_id, group_id, hardware_id, name, labels, architecture, incarnation, ops)
      SELECT gen_random_uuid(), ${organizationId}::uuid, ${fleet.groupId}::uuid, 'h' || i, 'n' || i,
        CASE WHEN i > 11500 THEN '{}' ELSE jsonb_build_object('site', CASE WHEN i <= 8500 THEN 'a' ELSE 'b' END) END,
        'amd64', 1, '{}'
      FROM generate_series(1, 11999::int) AS i`,
  )
  return 12_000
}

function progress(rolloutId: string) {
  return fleet.db.transaction('system', async (tx) => ({
    unranked: await tx.rolloutTarget.count({ where: { rolloutId, position: { lt: 0 } } }),
    targets: await tx.rolloutTarget.count({ where: { rolloutId } }),
    rollout: await tx.rollout.findUniqueOrThrow({ where: { id: rolloutId }, include: { waves: true } }),
  }))
}

test('ranking goes on where a crash stopped it, with two workers at once, by the labels at the time of planning', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  await label(['c'])
  const many = await fillLarge()
  const id = await start()
  const chunks: number[] = []
  for (let turn = 0; turn < 4; turn++) {
    expect(await advanceRollout(fleet.services, { rolloutId: id })).toMatchObject({ more: true })
    const { unranked, targets, rollout } = await progress(id)
    expect([rollout.plannedAt, rollout.waves]).toEqual([null, []])
    expect(await listTargets(fleet.ctx, { rollout: id, limit: 1 })).toMatchObject({
      items: targets === unranked ? [] : [{ position: expect.any(Number) }],
    })
    chunks.push(unranked)
  }
  expect(chunks).toEqual([5000, 10_000, many, many - 5000])
  // The labels are mixed up while the list is half ranked; the order keeps to what they were.
  await fleet.db.transaction(
    'system',
    (tx) => tx.$executeRaw`
      UPDATE device SET labels = jsonb_build_object('planned', coalesce(labels ->> 'site', 'none'), 'site', 'x' || hardware_id)`,
  )
  await Promise.all([fleet.settle(), fleet.settle()])
  const order = await readOrder(id)
  expect(order).toHaveLength(many)
  expectDealt(order)
  const ranks = (site: string) =>
    order.filter((row) => row.site === site).map(({ position }) => Number(position >> 32n))
  for (const site of ['a', 'b', 'c', 'none']) expect(ranks(site)).toEqual(ranks(site).map((_, place) => place + 1))
  const { unranked, rollout } = await progress(id)
  expect([unranked, rollout.eligible]).toEqual([0, many])
  expect(rollout.waves.map(({ size }) => size)).toEqual([4, many - 4])
})

test('a preview deals as planning does, and tells which values each wave meets', async () => {
  fleet = await TestFleet.create({ devices: 9 })
  await label(['a', 'a', 'a', 'a', 'a', 'b', 'b', 'c', null])
  const release = await fleet.release(1)
  const preview = await previewRollout(fleet.ctx, {
    channel: 'edge-stable',
    release,
    policy: canaryOf(5),
    start: 'draft',
  })
  expect(preview).toMatchObject({ stratifyBy: 'site', eligible: 9, warnings: [] })
  const [canary, rest] = preview.waves
  expect(canary).toMatchObject({ size: 5, strataCount: 4 })
  expect(new Set(canary?.strata.map(({ value }) => value))).toEqual(new Set(['a', 'b', 'c', null]))
  expect(canary?.strata.map(({ count }) => count)).toEqual([2, 1, 1, 1])
  expect(rest?.strata[0]).toMatchObject({ value: 'a' })
  expect(rest?.strata.reduce((total, { count }) => total + count, 0)).toBe(4)
  expect(canary?.reserves).toEqual(rest?.devices)
  expect(new Set([...canary!.devices, ...rest!.devices].map(({ id }) => id)).size).toBe(9)
})

test('a preview names the values that a first wave is too small for', async () => {
  fleet = await TestFleet.create({ devices: 6 })
  await label(['a', 'a', 'a', 'b', 'c', null])
  const release = await fleet.release(1)
  const preview = async (stratifyBy: string | null) =>
    previewRollout(fleet.ctx, { channel: 'edge-stable', release, policy: canaryOf(3, stratifyBy), start: 'draft' })
  const { waves, warnings } = await preview('site')
  expect(warnings).toMatchObject([{ code: 'preview.strata_missed', total: 4, missed: 1, size: 3 }])
  const met = waves[0]!.strata.map(({ value }) => value)
  expect(new Set([...met, ...(warnings[0]!['values'] as string[])])).toEqual(new Set(['a', 'b', 'c', null]))
  expect(warnings[0]?.message).toContain('Let it hold 4 devices')
  expect(await preview(null)).toMatchObject({
    stratifyBy: null,
    warnings: [],
    waves: [{ strata: [] }, { strataCount: 0 }],
  })
})

test('a preview bounds what it names of a label that has a value for each device', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  await fillLarge()
  await fleet.db.transaction(
    'system',
    (tx) => tx.$executeRaw`UPDATE device SET labels = jsonb_build_object('site', hardware_id)`,
  )
  const release = await fleet.release(1)
  const policy = canaryOf(100)
  const preview = await previewRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'draft' })
  expect(preview.waves.map(({ strata, strataCount }) => [strata.length, strataCount])).toEqual([
    [20, 100],
    [20, 11_900],
  ])
  expect(preview.warnings[0]).toMatchObject({ missed: 11_900, total: 12_000 })
  expect(preview.warnings[0]?.['values']).toHaveLength(20)
})
