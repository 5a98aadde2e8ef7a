import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, query, waitFor, type TestDatabase } from '@bootfleet/testkit'
import { prepareSite, startSite, type TestSite } from './testing/test-site.ts'
import { stateBody } from './testing/test-device.ts'

let server: TestDatabase
let site: TestSite

beforeAll(async () => {
  server = await createTestDatabase()
  site = await startSite(await prepareSite(server.url))
})
afterAll(async () => {
  await site.close()
  await server[Symbol.asyncDispose]()
})

test('a device enrolls, says hello, gets its signed document and is online', async () => {
  const device = await site.enroll()
  const link = await device.connect()
  await link.hello()
  const document = await waitFor('the document', () => link.desired[0])
  expect(document).toMatchObject({ device: device.id, gen: 1, image: null })
  await link.send('up/state', stateBody())
  const rows = await query(server.adminUrl, `SELECT phase FROM device_state WHERE device_id = '${device.id}'`)
  expect(rows).toEqual([{ phase: 'idle' }])
  await link.session.end()
})
