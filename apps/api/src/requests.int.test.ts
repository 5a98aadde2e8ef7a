import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { request as httpRequest } from 'node:http'
import { Problem } from '@bootfleet/contracts'
import { createClient, type Client } from '@bootfleet/sdk'
import { createTestDatabase, query, type TestDatabase } from '@bootfleet/testkit'
import { openTestSite, type TestSite } from './testing/test-site.ts'

let database: TestDatabase
let site: TestSite
let client: Client

beforeAll(async () => {
  database = await createTestDatabase()
  site = await openTestSite(database.url)
  client = createClient({ baseUrl: site.url, token: site.one.tokens.admin })
})
afterAll(async () => {
  await site.close()
  await database[Symbol.asyncDispose]()
})

const send = (path: string, init: RequestInit = {}) =>
  fetch(site.url + path, {
    ...init,
    headers: { authorization: `Bearer ${site.one.tokens.admin}`, ...(init.headers as Record<string, string>) },
  })
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  send(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const problem = Problem.parse(await response.json())
  expect(problem.status).toBe(response.status)
  expect(problem.requestId).toBe(response.headers.get('x-request-id'))
  return problem
}

describe('every refusal is a problem document', () => {
  test('an unknown field is named', async () => {
    const problem = await problemOf(await post('/v1/groups', '{"name":"a","colour":"red"}'))
    expect(problem).toMatchObject({
      status: 422,
      code: 'invalid_body',
      errors: [{ field: 'colour', message: 'is not a known field' }],
    })
  })

  test('each wrong field is named', async () => {
    const body = { name: 'Not A Name', budget: { maxUnavailable: { percent: 0 } }, windows: [{ days: ['mon'] }] }
    const { errors = [] } = await problemOf(await post('/v1/groups', JSON.stringify(body)))
    const fields = errors.map(({ field }) => field)
    expect(fields).toEqual(expect.arrayContaining(['name', 'budget.maxUnavailable.percent', 'windows.0.from']))
  })

  test('an unknown query parameter is refused, so that a typing error does not select everything', async () => {
    expect(await problemOf(await send('/v1/devices?groop=lab'))).toMatchObject({
      status: 422,
      errors: [{ field: 'groop' }],
    })
  })

  test.each([
    ['/v1/devices/nope', 400, 'invalid_parameter'],
    ['/v1/devices/%00', 400, 'invalid_parameter'],
    ['/v1/devices/%E0%A4%A', 400, 'bad_request'],
    ['/v1/nothing', 404, 'route_not_found'],
    ['/v1/channels/none', 404, 'channel_not_found'],
    ['/v1/devices?cursor=xyz', 422, 'invalid_cursor'],
    ['/v1/devices?limit=1000', 422, 'invalid_query'],
    ['/v1/devices?selector=a%20b', 422, 'invalid_query'],
  ])('%s is %i %s', async (path, status, code) => {
    expect(await problemOf(await send(path))).toMatchObject({ status, code })
  })

  test.each([
    ['{', 'application/json', 400, 'invalid_json'],
    ['', 'application/json', 400, 'invalid_json'],
    ['{"__proto__":{"x":1}}', 'application/json', 400, 'invalid_json'],
    ['null', 'application/json', 422, 'invalid_body'],
    ['name=a', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['{}', 'text/plain', 415, 'unsupported_media_type'],
    [`"${'x'.repeat(1024 * 1024)}"`, 'application/json', 413, 'body_too_large'],
  ])('a body is refused as it deserves (%#)', async (body, type, status, code) => {
    expect(await problemOf(await post('/v1/groups', body, { 'content-type': type }))).toMatchObject({ status, code })
  })

  test.each([
    ['/v1/groups', { name: 'nul', description: 'a\0b' }, 'description'],
    ['/v1/groups', { name: 'half', description: 'a\uD800b' }, 'description'],
    ['/v1/policies', { name: 'nul', spec: { waves: [{ name: '\0' }] } }, 'spec.waves.0.name'],
    ['/v1/sessions', { email: 'a\0b', password: 'x' }, 'email'],
    ['/v1/groups', { 'a\0': 1 }, 'a\0'],
  ])('text that cannot be stored is refused by its field (%#)', async (path, body, field) => {
    const problem = await problemOf(await post(path, JSON.stringify(body)))
    expect(problem).toMatchObject({ status: 422, code: 'invalid_body', errors: [{ field }] })
  })

  test('text that cannot be stored is refused in a query', async () => {
    const problem = await problemOf(await send('/v1/devices?q=%00'))
    expect(problem).toMatchObject({ status: 422, code: 'invalid_query', errors: [{ field: 'q' }] })
  })

  test('a taken name is a conflict', async () => {
    await client.groups.create({ body: { name: 'twice' } })
    expect(await problemOf(await post('/v1/groups', '{"name":"twice"}'))).toMatchObject({
      status: 409,
      code: 'name_taken',
      errors: [{ field: 'name' }],
    })
  })

  test('an error that nobody foresaw says nothing of the inside', async () => {
    await query(database.adminUrl, 'ALTER TABLE policy RENAME TO policy_away')
    try {
      const problem = await problemOf(await send('/v1/policies'))
      expect(problem).toMatchObject({ status: 500, code: 'internal' })
      expect(JSON.stringify(problem)).not.toMatch(/policy|prisma|relation/i)
    } finally {
      await query(database.adminUrl, 'ALTER TABLE policy_away RENAME TO policy')
    }
  })
})

describe('request ids', () => {
  test('a sane one is kept, another is replaced', async () => {
    const idOf = async (given: string) =>
      (await send('/v1/me', { headers: { 'x-request-id': given } })).headers.get('x-request-id')
    expect(await idOf('build-17.4')).toBe('build-17.4')
    expect(await idOf('<script>')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('it is in the audit', async () => {
    await send('/v1/groups', {
      method: 'POST',
      body: '{"name":"traced"}',
      headers: { 'content-type': 'application/json', 'x-request-id': 'trace-1' },
    })
    const { items } = await client.audit.list({ query: { action: 'group.create', limit: 1 } })
    expect(items).toMatchObject([{ requestId: 'trace-1', actor: { kind: 'token', name: 'admin' } }])
  })
})

describe('a POST with an Idempotency-Key is carried out once', () => {
  const key = (name: string) => ({ 'idempotency-key': name })

  test('the same request gets the same answer', async () => {
    const body = '{"name":"ci","role":"viewer"}'
    const first = await post('/v1/api-tokens', body, key('k1'))
    const again = await post('/v1/api-tokens', body, key('k1'))
    expect([again.status, await again.json()]).toEqual([201, await first.json()])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const { items } = await client.apiTokens.list()
    expect(items.filter(({ name }) => name === 'ci')).toHaveLength(1)
  })

  test('a new token is not readable in what is kept', async () => {
    const { token } = await client.apiTokens.create({ body: { name: 'x', role: 'viewer' } }, { idempotencyKey: 'k2' })
    const rows = await query(database.adminUrl, 'SELECT response::text FROM idempotency_key')
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('another request under the same key is refused', async () => {
    await post('/v1/groups', '{"name":"k3"}', key('k3'))
    expect(await problemOf(await post('/v1/groups', '{"name":"k3b"}', key('k3')))).toMatchObject({
      status: 409,
      code: 'idempotency_key_reused',
    })
  })

  test('a refusal is kept, under the request id of whoever asks', async () => {
    const first = await problemOf(await post('/v1/groups', '{"name":"BAD"}', key('k4')))
    const again = await problemOf(await post('/v1/groups', '{"name":"BAD"}', key('k4')))
    expect({ ...again, requestId: '' }).toEqual({ ...first, requestId: '' })
    expect(again.requestId).not.toBe(first.requestId)
  })

  test('of many at the same time one is carried out', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => post('/v1/groups', '{"name":"k5"}', key('k5'))))
    const statuses = all.map(({ status }) => status)
    expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([])
    expect(
      (await client.groups.list({ query: { limit: 200 } })).items.filter(({ name }) => name === 'k5'),
    ).toHaveLength(1)
  })

  test('a failure of the server gives the key back', async () => {
    await query(database.adminUrl, 'ALTER TABLE policy RENAME TO policy_away')
    const failed = await post('/v1/policies', '{"name":"k6"}', key('k6'))
    await query(database.adminUrl, 'ALTER TABLE policy_away RENAME TO policy')
    expect(failed.status).toBe(500)
    expect((await post('/v1/policies', '{"name":"k6"}', key('k6'))).status).toBe(201)
  })

  test('another caller may use the same key', async () => {
    await post('/v1/groups', '{"name":"k7"}', key('k7'))
    const other = createClient({ baseUrl: site.url, token: site.other.tokens.admin })
    expect(await other.groups.create({ body: { name: 'k7b' } }, { idempotencyKey: 'k7' })).toMatchObject({
      name: 'k7b',
    })
  })

  test('a key that is none is refused', async () => {
    expect((await post('/v1/groups', '{"name":"k8"}', key('a b'))).status).toBe(400)
  })
})

test('answers carry headers that browsers heed', async () => {
  const { headers } = await send('/v1/me')
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  })
})

test('what is asked about the service needs no credentials', async () => {
  const status = async (path: string, headers = {}) => (await fetch(site.url + path, { headers })).status
  expect(await status('/healthz')).toBe(200)
  expect(await status('/readyz')).toBe(200)
  expect(await status('/v1/openapi.json')).toBe(200)
  expect(await status('/v1/docs')).toBe(200)
  expect(await status('/v1/docs/swagger-ui-bundle.js')).toBe(200)
  expect(await status('/metrics')).toBe(200)
})

test('metrics are for this machine, or for who has a token', async () => {
  const away = { 'x-forwarded-for': '203.0.113.7' }
  expect((await fetch(`${site.url}/metrics`, { headers: away })).status).toBe(401)
  const response = await send('/metrics', { headers: away })
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('bootfleet_http_request_seconds_count')
})

test('the server stops while a client keeps its connection open', async () => {
  const own = await createTestDatabase()
  const short = await openTestSite(own.url)
  await new Promise<void>((resolve, reject) => {
    httpRequest(`${short.url}/healthz`, { headers: { connection: 'keep-alive' } }, (response) => {
      response.resume()
      response.once('end', resolve)
    })
      .once('error', reject)
      .end()
  })
  await short.close()
  await expect(fetch(`${short.url}/healthz`)).rejects.toThrow()
  await own[Symbol.asyncDispose]()
})
