import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import {
  createTestDatabase,
  freePort,
  query,
  waitFor,
  type TestDatabase,
  isListening,
  startMosquitto,
  type Mosquitto,
} from '@bootfleet/testkit'
import { helloBody, stateBody, type TestDevice } from './testing/test-device.ts'
import { prepareSite, startSite, type TestSite } from './testing/test-site.ts'

const carriers = ['embedded broker over MQTT', 'Mosquitto over MQTT'] as const

describe.each(carriers)('a device on the %s', (carrier) => {
  let server: TestDatabase
  let site: TestSite
  let mosquitto: Mosquitto | undefined

  beforeAll(async () => {
    server = await createTestDatabase()
    const prepared = await prepareSite(server.url)
    if (carrier === 'Mosquitto over MQTT') {
      const ports = { device: await freePort(), gateway: await freePort() }
      mosquitto = await startMosquitto({ ...prepared, ports })
      await waitFor('Mosquitto', () => isListening(ports.gateway))
      site = await startSite({ ...prepared, config: { ...prepared.config, broker: mosquitto.address } }, ports.device)
    } else site = await startSite(prepared)
    await waitFor('readiness', async () => (await fetch(`http://127.0.0.1:${site.gateway.ports.health}/readyz`)).ok)
  })
  afterAll(async () => {
    await site.close()
    await mosquitto?.stop()
    await server[Symbol.asyncDispose]()
  })

  const rows = (sql: string) => query(server.adminUrl, sql)
  const presence = async (device: TestDevice) =>
    (await rows(`SELECT conn, online, transport FROM device_presence WHERE device_id = '${device.id}'`))[0]
  const stored = (device: TestDevice) =>
    rows(`SELECT phase, booted_digest FROM device_state WHERE device_id = '${device.id}'`)

  test('says hello, gets its signed document, accepts it and reports', async () => {
    const device = await site.enroll()
    const link = await device.connect()
    await link.hello()
    const document = await waitFor('the document', () => link.desired[0])
    expect(document).toMatchObject({ device: device.id, gen: 1, image: null })
    const [{ hash }] = (await rows(`SELECT hash FROM device_desired WHERE device_id = '${device.id}'`)) as [
      { hash: string },
    ]
    await link.send('up/ack', { gen: 1, hash, phase: 'accepted' })
    await link.send('up/state', stateBody())
    await waitFor('the report', async () => (await stored(device)).length === 1)
    await waitFor('the end of sending', async () => {
      const [row] = await rows(`SELECT accepted_gen, send_at FROM device_desired WHERE device_id = '${device.id}'`)
      return row?.['accepted_gen'] === '1' && row['send_at'] === null
    })
    expect(await presence(device)).toEqual({ conn: link.conn, online: true, transport: 'mqtt' })
    await link.session.end()
  })

  test('is offline once its will comes, and not by the will of an earlier connection', async () => {
    const device = await site.enroll()
    const first = await device.connect()
    await first.hello()
    await waitFor('presence', async () => (await presence(device))?.['online'] === true)
    const second = await device.connect()
    await second.hello()
    await waitFor('the new connection', async () => (await presence(device))?.['conn'] === second.conn)
    await waitFor('the end of the first', () => first.closed)
    await second.send('up/state', stateBody())
    await waitFor('the report', async () => (await stored(device)).length === 1)
    expect(await presence(device)).toMatchObject({ conn: second.conn, online: true })
    second.session.destroy('pulled the plug')
    await waitFor('being offline', async () => (await presence(device))?.['online'] === false)
  })

  test('cannot reach another device’s topics, nor listen to anything but its own', async () => {
    const [device, victim] = [await site.enroll(), await site.enroll()]
    const { hostileLink, messages } = await openHostile(device, { victim: victim.id })
    const own = await victim.connect()
    await own.hello()
    await waitFor('the victim’s document', () => own.desired[0])
    await waitFor(
      'an answer to the intruder',
      () => hostileLink.isClosed() || hostileLink.packets.some(({ cmd }) => cmd === 'puback'),
    )
    // What the victim sends now comes after whatever the intruder may have slipped in.
    await own.send('up/inventory', { hash: 'barrier', document: {} })
    await waitFor(
      'the barrier',
      async () => (await rows(`SELECT 1 FROM device_document WHERE hash = 'barrier'`)).length === 1,
    )
    expect(messages().filter(({ topic }) => !topic.includes(device.id))).toEqual([])
    expect(await stored(victim)).toEqual([])
    expect(own.closed).toBeUndefined()
    hostileLink.socket.destroy()
    await own.session.end()
  })

  test('with the client id of another is refused or taken for itself, and the other stays', async () => {
    const [device, victim] = [await site.enroll(), await site.enroll()]
    const own = await victim.connect()
    await device.connect({ clientId: victim.id }).catch(() => {})
    await own.hello()
    await waitFor('the victim’s document', () => own.desired[0])
    expect(own.closed).toBeUndefined()
    await own.session.end()
  })

  test('is put off when its certificate is revoked, and no longer heard', async () => {
    const device = await site.enroll()
    const link = await device.connect()
    await link.hello()
    await waitFor('presence', () => presence(device))
    await rows(`UPDATE device_certificate SET revoked_at = now() WHERE device_id = '${device.id}'`)
    await rows(`SELECT pg_notify('bootfleet_kick', '${JSON.stringify({ deviceId: device.id, why: 'revoked' })}')`)
    await waitFor('the kick', () => link.closed)
    await waitFor('being offline', async () => (await presence(device))?.['online'] === false)
    const again = await device.connect().catch(() => undefined)
    await again?.send('up/state', stateBody()).catch(() => {})
    await again?.session.end()
    await waitFor('a rejected message or connection', async () =>
      (await rows(`SELECT code FROM ingest_reject`)).some(
        ({ code }) => code === 'revoked' || code === 'certificate_not_in_force',
      ),
    )
    expect(await stored(device)).toEqual([])
    expect((await device.post('/device/v1/up', { messages: [] })).status).toBe(401)
  })

  test('can send what is not valid without harm to itself or others', async () => {
    const device = await site.enroll()
    const link = await device.connect()
    const envelope = device.envelope(stateBody())
    const poison = [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '\0',
      `${'['.repeat(10_000)}`,
      `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`,
      JSON.stringify({ ...envelope, v: 2 }),
      JSON.stringify({ ...envelope, inc: 99 }),
      JSON.stringify({ ...envelope, seq: -1 }),
      JSON.stringify({ ...envelope, ts: 'a\0b' }),
      JSON.stringify(envelope).replace('"idle"', '"\\ud800"'),
      JSON.stringify(envelope).replace('"up":', '"__proto__":{"x":1},"up":'),
      JSON.stringify(envelope).replace('"observedGen":1', '"observedGen":1e999'),
    ]
    for (const payload of poison) await link.session.publish('up/state', payload)
    await link.send('up/state', stateBody('b'))
    await waitFor('the valid report', async () => (await stored(device)).length === 1)
    expect(await stored(device)).toEqual([{ phase: 'idle', booted_digest: `sha256:${'b'.repeat(64)}` }])
    const codes = await waitFor('the samples', async () => {
      const found = await rows(`SELECT DISTINCT code FROM ingest_reject WHERE device_id = '${device.id}'`)
      return found.length >= 5 && found.map(({ code }) => String(code))
    })
    expect(codes).toEqual(
      expect.arrayContaining([
        'malformed_json',
        'forbidden_content',
        'unsupported_version',
        'wrong_incarnation',
        'invalid_envelope',
      ]),
    )
    expect(link.closed).toBeUndefined()
    await link.session.end()
  })

  test('ends in the same rows over HTTPS as over MQTT', async () => {
    const [one, other] = [await site.enroll(), await site.enroll()]
    const conn = randomUUID()
    const link = await one.connect()
    const boot = { bootKey: 'b:0', booted: {}, outcome: 'first_boot', health: 'healthy', failed: [] }
    const inventory = { hash: 'i', document: { cpu: 'x' } }
    const script = (ownConn: string) =>
      [
        ['up/hello', helloBody(ownConn)],
        ['up/state', stateBody()],
        ['up/boot', boot],
        ['up/inventory', inventory],
      ] as const
    for (const [kind, body] of script(link.conn)) await link.send(kind, body)
    one.envelope({})
    const messages = script(conn).map(([kind, body]) => ({ kind, envelope: other.envelope(body, {}) }))
    const answer = await other.post('/device/v1/up', { messages })
    expect(answer.json).toMatchObject({
      acknowledged: messages.map(({ envelope }) => envelope.id),
      rejected: [],
      desiredGen: 1,
    })
    const snapshot = async (device: TestDevice) =>
      JSON.stringify([
        await rows(`SELECT phase, booted_digest, report FROM device_state WHERE device_id = '${device.id}'`),
        await rows(`SELECT boot_key, outcome, health FROM boot_record WHERE device_id = '${device.id}'`),
        await rows(
          `SELECT kind, document FROM device_document WHERE device_id = '${device.id}' AND kind = 'inventory'`,
        ),
        await rows(`SELECT online, agent FROM device_presence WHERE device_id = '${device.id}'`),
      ])
    await waitFor('equal rows', async () => (await snapshot(one)) === (await snapshot(other)))
    await link.session.end()
  })

  test('gets a grant only when nothing is frozen', async () => {
    const device = await site.enroll()
    const link = await device.connect()
    await link.hello()
    const first = await waitFor('the first document', () => link.desired[0])
    const grant = { id: randomUUID(), conn: link.conn, ttlSec: 600 }
    const image = { ref: `r/os@sha256:${'c'.repeat(64)}`, accept: [`sha256:${'c'.repeat(64)}`] }
    await rows(`UPDATE organization SET frozen_at = now()`)
    const payload = JSON.stringify({ ...first, gen: 2, image, apply: { ...first.apply, phase: 'applied', grant } })
    await rows(
      `UPDATE device_desired SET gen = 2, payload = '${payload}', hash = 'h2', send_at = now(), send_attempts = 0 WHERE device_id = '${device.id}'`,
    )
    await rows(`SELECT pg_notify('bootfleet_desired', '')`)
    await waitFor('being put off', async () => {
      const [row] = await rows(
        `SELECT send_at > now() AND send_attempts = 0 AS later FROM device_desired WHERE device_id = '${device.id}'`,
      )
      return row?.['later'] === true
    })
    const poll = await device.get(`/device/v1/desired?gen=1&conn=${randomUUID()}`)
    expect(poll.json['desired']).toBeUndefined()
    expect(link.desired).toHaveLength(1)
    await rows(`UPDATE organization SET frozen_at = NULL`)
    await link.hello({ gen: 1, hash: 'other' }).catch(() => {})
    await rows(`UPDATE device_desired SET send_at = now() WHERE device_id = '${device.id}'`)
    await waitFor('the grant', () => link.desired.find(({ apply }) => apply.grant?.id === grant.id))
    await link.session.end()
  })

  test('that missed a document gets it again', async () => {
    const device = await site.enroll()
    const link = await device.connect()
    await link.hello()
    await waitFor('the first sending', () => link.desired[0])
    await rows(`UPDATE device_desired SET send_at = now() WHERE device_id = '${device.id}'`)
    await waitFor('the second sending', () => link.desired[1])
    const [row] = await rows(`SELECT send_attempts FROM device_desired WHERE device_id = '${device.id}'`)
    expect(row).toEqual({ send_attempts: 2 })
    await link.session.end()
  })

  test('whose hellos keep coming out of order is taken for two machines', async () => {
    const device = await site.enroll()
    const link = await device.connect()
    await link.hello()
    // A hello that comes together with a newer one is only late.
    await waitFor('its hello to count', () => link.desired[0])
    for (let turn = 0; turn < 5; turn++) {
      const stale = device.envelope(helloBody(randomUUID()), { epoch: 0 })
      await link.session.publish('up/hello', JSON.stringify(stale))
    }
    await waitFor('goaway', () => link.controls.find(({ kind }) => kind === 'goaway'))
    const resync = await waitFor('resync', () => link.controls.find(({ kind }) => kind === 'resync'))
    expect(resync).toMatchObject({ known: { epoch: 1 } })
    const kinds = `SELECT kind FROM device_event WHERE device_id = '${device.id}' ORDER BY id`
    const events = await waitFor('what is noted of it', async () => {
      const noted = (await rows(kinds)).map(({ kind }) => kind)
      return noted.includes('clone_suspected') && noted
    })
    expect(events).toEqual(['enrolled', 'state_restored', 'clone_suspected'])
    expect(await presence(device)).toMatchObject({ conn: link.conn, online: true })
    await link.session.end()
  })

  async function openHostile(device: TestDevice, { victim }: { victim: string }) {
    const { openRawClient, connectPacket, publishPacket } = await import('./testing/raw-client.ts')
    const port = device.ports().mqtt
    const hostileLink = openRawClient({ port, tls: { ca: device.ca, cert: device.certificate, key: device.key } })
    hostileLink.send(connectPacket(device.id))
    await waitFor('CONNACK', () => hostileLink.packets.find(({ cmd }) => cmd === 'connack'))
    const filters = [
      '#',
      '+/+/+/+/+',
      `bf/v1/${victim}/dn/desired`,
      `$share/x/bf/v1/${victim}/dn/desired`,
      'bf/v1/*/dn/>',
      '$SYS/#',
    ]
    const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const }))
    hostileLink.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    await waitFor('SUBACK', () => hostileLink.packets.find(({ cmd }) => cmd === 'suback'))
    hostileLink.send(publishPacket(`bf/v1/${victim}/up/state`, JSON.stringify(device.envelope(stateBody()))))
    const messages = () => hostileLink.packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []))
    return { hostileLink, messages }
  }
})
