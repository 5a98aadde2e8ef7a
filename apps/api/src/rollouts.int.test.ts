import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, iterate, type Client } from '@bootfleet/sdk'
import { createTestDatabase, type TestDatabase } from '@bootfleet/testkit'
import { fillTenant } from './testing/fill-tenant.ts'
import { addTestDevice, openTestSite, type TestSite } from './testing/test-site.ts'

let database: TestDatabase
let site: TestSite
let client: Client

beforeAll(async () => {
  database = await createTestDatabase()
  site = await openTestSite(database.url)
  client = createClient({ baseUrl: site.url, token: site.one.tokens.operator })
  await fillTenant(site.one)
  await client.groups.update({ params: { group: 'default' }, body: { channel: 'edge' } })
  for (let n = 2; n <= 6; n++) {
    await addTestDevice(site.one.ctx, { name: `box-${n}`, labels: { site: n < 4 ? 'berlin' : 'paris' } })
  }
})
afterAll(async () => {
  await site.close()
  await database[Symbol.asyncDispose]()
})

const spec = { waves: [{ name: 'canary', size: { count: 1 } }] }
const create = (more: object = {}) =>
  client.rollouts.create({ body: { channel: 'edge', release: 'v1', policy: spec, ...more } })

test('a preview says who goes when, and changes nothing', async () => {
  const before = (await client.rollouts.list()).items.length
  const preview = await client.rollouts.preview({ body: { channel: 'edge', release: '1.0', policy: spec } })
  expect(preview).toMatchObject({ eligible: 6, channel: { name: 'edge' }, release: { version: '1.0' } })
  expect(preview.waves.map(({ name, size }) => [name, size])).toEqual([
    ['canary', 1],
    ['rest', 5],
  ])
  expect((await client.rollouts.list()).items).toHaveLength(before)
})

test('a selector narrows it', async () => {
  const body = { channel: 'edge', release: '1.0', policy: spec, selector: 'site=berlin' }
  expect(await client.rollouts.preview({ body })).toMatchObject({ eligible: 2 })
})

test('an operator starts, pauses, resumes and aborts it, each verb with its reason', async () => {
  const draft = await create()
  expect(draft).toMatchObject({ state: 'draft', createdBy: 'operator', verbs: { start: { allowed: true } } })
  expect(draft.verbs.pause).toMatchObject({ allowed: false, reason: expect.any(String) })
  const params = { rollout: draft.id }
  const starts = await Promise.allSettled([client.rollouts.start({ params }), client.rollouts.start({ params })])
  expect(starts.some(({ status }) => status === 'fulfilled')).toBe(true)
  expect((await client.rollouts.get({ params })).state).toBe('running')
  expect((await client.rollouts.pause({ params })).state).toMatch(/^paus/)
  expect((await client.rollouts.resume({ params })).state).toBe('running')
  expect((await client.rollouts.abort({ params })).state).toMatch(/^abort/)
  await expect(client.rollouts.pause({ params })).rejects.toMatchObject({ status: 409 })
  const { reasons } = await client.rollouts.explain({ params })
  expect(reasons.length).toBeGreaterThan(0)
  const kinds: string[] = []
  for await (const { kind } of iterate(client.rollouts.events, { params, query: { limit: 2 } })) kinds.push(kind)
  expect(kinds.length).toBeGreaterThan(3)
})

test('lists are filtered by channel and state', async () => {
  const { id } = await create()
  const { items } = await client.rollouts.list({ query: { channel: 'edge', state: 'draft' } })
  expect(items.map((rollout) => rollout.id)).toContain(id)
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['draft']))
  expect((await client.rollouts.list({ query: { channel: 'none' } })).items).toEqual([])
})

test('what cannot be rolled out is refused with the field', async () => {
  await expect(create({ release: 'never' })).rejects.toMatchObject({ status: 404 })
  await expect(create({ selector: '(' })).rejects.toMatchObject({
    status: 422,
    problem: { errors: [{ field: 'selector' }] },
  })
  await expect(create({ policy: { waves: [{ name: 'x', size: { percent: 0 } }] } })).rejects.toMatchObject({
    status: 422,
  })
})
