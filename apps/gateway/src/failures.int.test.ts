import { Aedes } from 'aedes'
import { expect, test } from 'vitest'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import {
  createTestDatabase,
  freePort,
  query,
  startPostgres,
  waitFor,
  withDatabase,
  isListening,
  startMosquitto,
} from '@bootfleet/testkit'
import { stateBody } from './testing/test-device.ts'
import { prepareSite, startSite, type TestSite } from './testing/test-site.ts'

async function readiness(site: TestSite): Promise<{ ok: boolean; text: string }> {
  const response = await fetch(`http://127.0.0.1:${site.gateway.ports.health}/readyz`)
  return { ok: response.ok, text: await response.text() }
}

test('a broker that grants shared subscriptions and delivers nothing keeps the gateway from being ready', async () => {
  const database = await createTestDatabase()
  const aedes = await Aedes.createBroker()
  const listener = createServer((socket) => void aedes.handle(socket)).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const url = `mqtt://127.0.0.1:${(listener.address() as AddressInfo).port}`
  const prepared = await prepareSite(database.url)
  const site = await startSite({ ...prepared, config: { ...prepared.config, broker: { url, tls: {} } } })
  const { text } = await waitFor('the verdict', async () => {
    const answer = await readiness(site)
    return answer.text.includes('shared subscriptions') && answer
  })
  expect(text).toContain('not ready')
  await site.close()
  await new Promise<void>((resolve) => aedes.close(resolve))
  listener.close()
  await database[Symbol.asyncDispose]()
})

test('a broker that restarts is found again, and a shared document goes out once', async () => {
  const database = await createTestDatabase()
  const prepared = await prepareSite(database.url)
  const ports = { device: await freePort(), gateway: await freePort() }
  const mosquitto = await startMosquitto({ ...prepared, ports })
  await waitFor('Mosquitto', () => isListening(ports.gateway))
  const config = { ...prepared.config, broker: mosquitto.address }
  const [site, second] = [
    await startSite({ ...prepared, config }, ports.device),
    await startSite({ ...prepared, config }, ports.device),
  ]
  await waitFor('readiness of both', async () => (await readiness(site)).ok && (await readiness(second)).ok)
  const device = await site.enroll()
  const link = await device.connect()
  await link.hello()
  await waitFor('the document', () => link.desired[0])
  await link.send('up/state', stateBody())
  await waitFor('the report', async () => (await query(database.adminUrl, 'SELECT 1 FROM device_state')).length === 1)
  expect(link.desired).toHaveLength(1)
  await mosquitto.restart()
  await waitFor('the end of the connection', () => link.closed)
  await waitFor('being not ready', async () => !(await readiness(site)).ok)
  await waitFor('readiness of both again', async () => (await readiness(site)).ok && (await readiness(second)).ok)
  const back = await device.connect()
  await back.hello()
  await waitFor('the document again', () => back.desired[0])
  await back.session.end()
  await second.gateway.close()
  await site.close()
  await mosquitto.stop()
  await database[Symbol.asyncDispose]()
})

test('while the database is away nothing is acknowledged, nothing dies, and what waited is stored afterwards', async () => {
  const postgres = await startPostgres()
  const database = await createTestDatabase(postgres.adminUrl)
  const site = await startSite(await prepareSite(database.url))
  const device = await site.enroll()
  const link = await device.connect()
  const name = new URL(database.url).pathname.slice(1)
  const admin = withDatabase(postgres.adminUrl, 'postgres')
  await query(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
  await query(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
  let acknowledged = false
  const sent = link.send('up/state', stateBody()).then(() => {
    acknowledged = true
  })
  await waitFor('being not ready', async () => !(await readiness(site)).ok)
  expect(acknowledged).toBe(false)
  await query(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
  await sent
  expect(await query(database.adminUrl, 'SELECT device_id::text FROM device_state')).toEqual([{ device_id: device.id }])
  await waitFor('readiness', async () => (await readiness(site)).ok)
  expect(link.closed).toBeUndefined()
  await link.session.end()
  await site.close()
  await database[Symbol.asyncDispose]()
  await postgres.stop()
})

test('the login of the gateway is bound by row-level security', async () => {
  const server = await createTestDatabase()
  const prepared = await prepareSite(server.url)
  const config = { ...prepared.config, databaseUrl: server.adminUrl }
  await expect(startSite({ ...prepared, config })).rejects.toThrow(/row-level security/)
  await prepared.services.db.close()
  await server[Symbol.asyncDispose]()
})
