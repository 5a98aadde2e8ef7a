import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '@bootfleet/contracts'
import { createClient } from '@bootfleet/sdk'
import { createTestDatabase, type TestDatabase } from '@bootfleet/testkit'
import { fillTenant, type OwnedIds } from './testing/fill-tenant.ts'
import { callRoute, pathOf, routes } from './testing/routes.ts'
import { openTestSite, testPassword, type TestSite } from './testing/test-site.ts'

let database: TestDatabase
let site: TestSite
let mine: OwnedIds
let theirs: OwnedIds
const webKey = 'a key of the dashboards process'

beforeAll(async () => {
  database = await createTestDatabase()
  site = await openTestSite(database.url, {
    loginLimits: { perAccount: 3, perAddress: 1000, perAccountAnywhere: 1000, whenGuessed: 1 },
    proxyTrust: { proxies: [], webKey },
  })
  mine = await fillTenant(site.one)
  theirs = await fillTenant(site.other)
})
afterAll(async () => {
  await site.close()
  await database[Symbol.asyncDispose]()
})

const signIn = (body: object, headers = {}) =>
  fetch(`${site.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

describe('nobody gets in without credentials', () => {
  test.each(routes.filter(({ endpoint }) => endpoint.open !== true))('$name', async (route) => {
    for (const token of [undefined, 'bft_unknown', 'nonsense']) {
      const response = await callRoute(route, site.url + pathOf(route, mine), token)
      expect(response.status).toBe(401)
      expect(Problem.parse(await response.json()).code).toBe('unauthenticated')
    }
  })

  test('only signing in is open', () => {
    expect(routes.filter(({ endpoint }) => endpoint.open).map(({ name }) => name)).toEqual(['sessions.create'])
  })
})

describe('what belongs to another organization does not exist', () => {
  test.each(routes.filter(({ endpoint }) => endpoint.params !== undefined))('$name', async (route) => {
    const response = await callRoute(route, site.url + pathOf(route, theirs), site.one.tokens.admin)
    expect(response.status).toBe(404)
    expect(Problem.parse(await response.json()).code).toMatch(/_not_found$/)
  })

  test('lists never show it', async () => {
    const own = new Set<string>(Object.values(theirs))
    for (const route of routes.filter(
      ({ endpoint }) => endpoint.query !== undefined && endpoint.params === undefined,
    )) {
      const text = await (await callRoute(route, site.url + route.endpoint.path, site.one.tokens.admin)).text()
      expect([...own].filter((id) => text.includes(id))).toEqual([])
    }
  })

  test('it cannot be referred to', async () => {
    const client = createClient({ baseUrl: site.url, token: site.one.tokens.admin })
    const missing = { status: 404 }
    const { channel, group, policy, release } = theirs
    await expect(client.groups.create({ body: { name: 'g1', channel } })).rejects.toMatchObject(missing)
    await expect(client.devices.update({ params: { id: mine.device }, body: { group } })).rejects.toMatchObject(missing)
    const repository = 'registry.example/x'
    await expect(
      client.channels.create({ body: { name: 'c1', repository, defaultPolicy: policy } }),
    ).rejects.toMatchObject(missing)
    await expect(client.enrollmentTokens.create({ body: { name: 't', group } })).rejects.toMatchObject(missing)
    await expect(client.rollouts.create({ body: { channel: 'edge', release } })).rejects.toMatchObject(missing)
    expect((await client.devices.list({ query: { group } })).items).toEqual([])
  })
})

describe('roles', () => {
  const reads = routes.filter(
    ({ endpoint, resource }) =>
      endpoint.method === 'GET' && endpoint.stream !== true && !['audit', 'apiTokens'].includes(resource),
  )
  const writes = routes.filter(
    ({ endpoint, resource, name }) =>
      endpoint.method !== 'GET' && resource !== 'sessions' && name !== 'rollouts.preview',
  )

  test.each(reads)('a viewer may read: $name', async (route) => {
    expect((await callRoute(route, site.url + pathOf(route, mine), site.one.tokens.viewer)).status).toBe(200)
  })

  test.each(writes)('a viewer may change nothing: $name', async (route) => {
    const response = await callRoute(route, site.url + pathOf(route, mine), site.one.tokens.viewer)
    expect([response.status, Problem.parse(await response.json()).code]).toEqual([403, 'forbidden'])
  })

  test('an operator works the fleet but makes no tokens and no credentials', async () => {
    const client = createClient({ baseUrl: site.url, token: site.one.tokens.operator })
    await client.groups.update({ params: { group: mine.group }, body: { description: 'by hand' } })
    await expect(client.apiTokens.create({ body: { name: 'x', role: 'admin' } })).rejects.toMatchObject({ status: 403 })
    await expect(client.audit.list()).rejects.toMatchObject({ status: 403 })
    await expect(client.audit.actors()).rejects.toMatchObject({ status: 403 })
    await expect(
      client.registries.create({ body: { scope: 's.example', username: 'u', password: 'p' } }),
    ).rejects.toMatchObject({ status: 403 })
  })

  test('an approver may freeze and read the audit, not roll out', async () => {
    const client = createClient({ baseUrl: site.url, token: site.one.tokens.approver })
    await client.freeze.startGroup({ params: { group: 'lab' }, body: { reason: 'storm' } })
    expect((await client.audit.list({ query: { action: 'freeze.start' } })).items).toMatchObject([
      { actor: { kind: 'token', name: 'approver' }, detail: { reason: 'storm' } },
    ])
    const { items } = await client.audit.actors()
    expect(items).toContainEqual(expect.objectContaining({ kind: 'token', name: 'approver', email: null }))
    const asked = async (actor: string) => (await client.audit.list({ query: { actor } })).items
    expect(await asked('approver')).toMatchObject([{ action: 'freeze.start', actor: { name: 'approver' } }])
    expect(await asked('nobody@fleet.test')).toEqual([])
    await client.freeze.endGroup({ params: { group: 'lab' } })
    await expect(client.rollouts.start({ params: { rollout: mine.rollout } })).rejects.toMatchObject({ status: 403 })
  })

  test('a monitoring system may say what it sees, and read nothing', async () => {
    const client = createClient({ baseUrl: site.url, token: site.one.tokens.monitor })
    const { signals } = await client.signals.post({ body: { name: 'errors', status: 'unhealthy', selector: 'a=b' } })
    expect(signals).toMatchObject([{ name: 'errors', selector: 'a=b', inForce: true }])
    await expect(client.signals.list()).rejects.toMatchObject({ status: 403 })
    await expect(client.devices.list()).rejects.toMatchObject({ status: 403 })
  })

  test('what a caller may do is told', async () => {
    const me = await createClient({ baseUrl: site.url, token: site.one.tokens.viewer }).sessions.me()
    expect(me).toMatchObject({ kind: 'token', role: 'viewer', permissions: ['fleet:read'] })
    expect(me.organization).toMatchObject({ slug: 'one', freeze: null })
  })
})

describe('sessions', () => {
  test('a person signs in, works with the token, and signs out', async () => {
    const client = createClient({ baseUrl: site.url })
    const session = await client.sessions.create({ body: { email: 'ADMIN@one.example', password: testPassword } })
    expect(session.me).toMatchObject({ kind: 'user', role: 'admin', name: 'Ada' })
    const signedIn = createClient({ baseUrl: site.url, token: session.token })
    expect(await signedIn.sessions.me()).toEqual(session.me)
    await signedIn.sessions.end()
    await expect(signedIn.sessions.me()).rejects.toMatchObject({ status: 401 })
  })

  test('the browser gets a cookie that scripts and other sites cannot use', async () => {
    const response = await signIn({ email: site.one.adminEmail, password: testPassword })
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^bootfleet_session=bfs_[^;]+; .*HttpOnly.*SameSite=Lax/)
    const headers = { cookie: cookie.split(';')[0] ?? '', 'content-type': 'application/json' }
    expect((await fetch(`${site.url}/v1/me`, { headers })).status).toBe(200)
    const create = (name: string, more: object) =>
      fetch(`${site.url}/v1/groups`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: JSON.stringify({ name }),
      })
    expect((await create('csrf-1', {})).status).toBe(403)
    expect((await create('csrf-2', { origin: 'http://evil.example' })).status).toBe(403)
    expect((await create('csrf-3', { origin: 'http://web.example:3000', 'sec-fetch-site': 'cross-site' })).status).toBe(
      403,
    )
    expect((await create('csrf-4', { origin: 'http://web.example:3000' })).status).toBe(201)
    expect((await create('csrf-5', { 'sec-fetch-site': 'same-origin' })).status).toBe(201)
  })

  test('an unknown person and a wrong password get the same answer', async () => {
    const unknown = await signIn({ email: 'nobody@one.example', password: 'x' }, { 'x-request-id': 'same' })
    const wrong = await signIn({ email: 'viewer@other.example', password: 'x' }, { 'x-request-id': 'same' })
    expect([unknown.status, await unknown.json()]).toEqual([wrong.status, await wrong.json()])
    expect(unknown.status).toBe(401)
  })

  test('guessing is slowed down, also with the right password at last', async () => {
    const email = 'viewer@one.example'
    for (let attempt = 0; attempt < 3; attempt++) expect((await signIn({ email, password: 'x' })).status).toBe(401)
    const refused = await signIn({ email, password: testPassword })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Problem.parse(await refused.json()).code).toBe('rate_limited')
  })

  test('who names another address for every guess is counted all the same', async () => {
    const email = 'guessed@one.example'
    const guess = async (headers: object) => (await signIn({ email, password: 'x' }, headers)).status
    for (const ip of ['9.9.8.1', '9.9.8.2', '9.9.8.3']) expect(await guess({ 'x-forwarded-for': ip })).toBe(401)
    expect(await guess({ 'x-forwarded-for': '9.9.8.4' })).toBe(429)
    const ofAnother = { 'x-bootfleet-web-key': 'guessed', 'x-forwarded-for': '9.9.8.5' }
    expect(await guess(ofAnother)).toBe(429)
    expect(await guess({ ...ofAnother, 'x-bootfleet-web-key': webKey })).toBe(401)
  })

  test('a revoked or expired token is no token', async () => {
    const admin = createClient({ baseUrl: site.url, token: site.one.tokens.admin })
    const { id, token, display } = await admin.apiTokens.create({ body: { name: 'short', role: 'viewer' } })
    const client = createClient({ baseUrl: site.url, token })
    expect((await client.sessions.me()).name).toBe('short')
    const [listed] = (await admin.apiTokens.list({ query: { limit: 1 } })).items
    expect(listed).toMatchObject({ id, display, lastUsedAt: expect.any(String), revokedAt: null })
    expect(JSON.stringify(listed)).not.toContain(token)
    await admin.apiTokens.revoke({ params: { id } })
    await expect(client.sessions.me()).rejects.toMatchObject({ status: 401 })
  })
})
