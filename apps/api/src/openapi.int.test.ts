import { afterAll, beforeAll, expect, test } from 'vitest'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@bootfleet/testkit'
import { buildDocument } from './openapi/build-document.ts'
import { exampleBodies } from './testing/example-bodies.ts'
import { routes } from './testing/routes.ts'
import { openTestSite, type TestSite } from './testing/test-site.ts'

let database: TestDatabase
let site: TestSite
beforeAll(async () => {
  database = await createTestDatabase()
  site = await openTestSite(database.url)
})
afterAll(async () => {
  await site.close()
  await database[Symbol.asyncDispose]()
})

const outside = /^\/(healthz|readyz|metrics|v1\/docs.*|v1\/openapi\.json)$/

/** Methods and paths as the HTTP server knows them. */
function servedRoutes(): string[] {
  const server = site.api.app.getHttpAdapter().getInstance()
  const tree = String(server.printRoutes({ commonPrefix: false })).split('\n')
  const above: string[] = []
  return tree.flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? []
    const depth = indent.length / 4
    above.length = depth
    above.push(part)
    const path = above.join('')
    if (methods === '' || outside.test(path)) return []
    return methods.split(', ').flatMap((method) => (method === 'HEAD' ? [] : `${method} ${path}`))
  })
}

test('what is served is what the contract declares, and nothing else', () => {
  const declared = routes.map(({ endpoint: { method, path } }) => `${method} ${path}`)
  expect(servedRoutes().toSorted()).toEqual(declared.toSorted())
})

test('the document at /v1/openapi.json is the one in docs', async () => {
  const served: unknown = await (await fetch(`${site.url}/v1/openapi.json`)).json()
  const file = join(import.meta.dirname, '../../../docs/api/openapi.json')
  expect(JSON.parse(await readFile(file, 'utf8')), 'run: npm run docs:openapi -w apps/api').toEqual(served)
})

test('every reference in the document leads somewhere, and every component is used', () => {
  const document = buildDocument()
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => String(match[1]))
  const components = Object.keys(document.components?.schemas ?? {}).map((name) => `#/components/schemas/${name}`)
  expect([...new Set(references)].toSorted()).toEqual(components.toSorted())
})

test('every endpoint that takes a body has an example that is valid', () => {
  const withBody = routes.filter(({ endpoint }) => endpoint.body !== undefined)
  expect(withBody.map(({ name }) => name).toSorted()).toEqual(Object.keys(exampleBodies).toSorted())
  for (const { name, endpoint } of withBody) {
    expect(endpoint.body?.safeParse(exampleBodies[name]).success, name).toBe(true)
  }
})

test('paths are under /v1, and only what is made answers 201', () => {
  for (const { name, endpoint } of routes) {
    expect(endpoint.path, name).toMatch(/^\/v1\/[a-z-]+(\/(:?[a-z-]+))*$/)
    if (endpoint.status === 201) expect(endpoint.method, name).toBe('POST')
    if (endpoint.status === 204) expect(endpoint.response, name).toBeUndefined()
    else expect(endpoint.response, name).toBeDefined()
  }
})
