import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { createClient, iterate, type Client } from '@bootfleet/sdk'
import { createTestDatabase, query, type TestDatabase } from '@bootfleet/testkit'
import { fillTenant, testDigest, type OwnedIds } from './testing/fill-tenant.ts'
import { addTestDevice, openTestSite, type TestSite } from './testing/test-site.ts'

let database: TestDatabase
let site: TestSite
let client: Client
let mine: OwnedIds
const ids: Record<string, string> = {}

beforeAll(async () => {
  database = await createTestDatabase()
  site = await openTestSite(database.url)
  client = createClient({ baseUrl: site.url, token: site.one.tokens.admin })
  mine = await fillTenant(site.one)
  for (const [name, labels] of Object.entries(fleet)) ids[name] = await addTestDevice(site.one.ctx, { name, labels })
})
afterAll(async () => {
  await site.close()
  await database[Symbol.asyncDispose]()
})

const fleet: Record<string, Record<string, string>> = {
  'kiosk-1': { site: 'berlin', model: 'a' },
  'kiosk-2': { site: 'berlin', model: 'b' },
  'kiosk-3': { site: 'paris', model: 'a', gpu: '' },
  'kiosk-4': {},
}
const names = async (filter: Parameters<Client['devices']['list']>[0]) =>
  (await client.devices.list(filter)).items.map(({ name }) => name)

/** What ingest writes for a device that connected and reported. */
async function report(id: string, { online = true, digest = testDigest } = {}): Promise<void> {
  const organization = site.one.organizationId
  const booted = { ref: 'registry.example/os:v1', digest, version: '1.0' }
  await query(
    database.adminUrl,
    `INSERT INTO device_presence (device_id, organization_id, conn, transport, gateway_id, online, connected_at,
       last_seen_at, heartbeat_sec, agent, capabilities)
     VALUES ('${id}', '${organization}', '${randomUUID()}', 'mqtt', 'g', ${online}, now(), now(), 60, '1.2.3', '{rollback}');
     INSERT INTO device_state (device_id, organization_id, inc, epoch, seq, received_at, device_time, phase, observed_gen,
       boot_key, booted_digest, staged_locked, health, report)
     VALUES ('${id}', '${organization}', 1, 1, 1, now(), '', 'healthy', 1, 'b:0', '${digest}', false, 'healthy',
       '${JSON.stringify({ booted })}')`,
  )
}

describe('the list of devices', () => {
  test.each([
    ['site=berlin', ['kiosk-1', 'kiosk-2']],
    ['site=berlin,model!=a', ['kiosk-2']],
    ['site in (paris,rome)', ['kiosk-3']],
    ['site notin (berlin)', ['box-1', 'kiosk-3', 'kiosk-4']],
    ['gpu', ['kiosk-3']],
    ['!site', ['box-1', 'kiosk-4']],
    ['site!=berlin,model', ['kiosk-3']],
  ])('%s selects %j', async (selector, expected) => {
    expect(await names({ query: { selector } })).toEqual(expected)
  })

  test('a selector is data, not SQL', async () => {
    const selector = "site=x' OR '1'='1"
    await expect(client.devices.list({ query: { selector } })).rejects.toMatchObject({ status: 422 })
  })

  test('part of a name finds it, and a percent sign is a percent sign', async () => {
    expect(await names({ query: { q: 'OSK-4' } })).toEqual(['kiosk-4'])
    expect(await names({ query: { q: '%' } })).toEqual([])
  })

  test('pages follow each other without gaps, also among equal names', async () => {
    for (let n = 0; n < 5; n++) await addTestDevice(site.one.ctx, { name: 'same' })
    const seen: string[] = []
    for await (const { id } of iterate(client.devices.list, { query: { q: 'same', limit: 2 } })) seen.push(id)
    expect(new Set(seen).size).toBe(5)
    expect(seen).toHaveLength(5)
  })

  test('state, digest, group and channel narrow it', async () => {
    await report(ids['kiosk-1']!)
    await report(ids['kiosk-2']!, { online: false, digest: `sha256:${'b'.repeat(64)}` })
    expect(await names({ query: { state: 'online' } })).toEqual(['kiosk-1'])
    expect(await names({ query: { state: 'offline' } })).toEqual(['kiosk-2'])
    expect(await names({ query: { state: 'never_seen', selector: 'gpu' } })).toEqual(['kiosk-3'])
    expect(await names({ query: { digest: testDigest } })).toEqual(['kiosk-1'])
    await client.groups.update({ params: { group: 'lab' }, body: { channel: 'edge' } })
    await client.devices.update({ params: { id: ids['kiosk-1']! }, body: { group: 'lab' } })
    expect(await names({ query: { group: 'lab' } })).toEqual(['kiosk-1'])
    expect(await names({ query: { channel: mine.channel } })).toEqual(['kiosk-1'])
  })
})

describe('a device', () => {
  test('shows what it runs, with the release', async () => {
    const device = await client.devices.get({ params: { id: ids['kiosk-1']! } })
    expect(device).toMatchObject({
      state: 'online',
      agent: '1.2.3',
      capabilities: ['rollback'],
      booted: { digest: testDigest, release: { id: mine.release, version: '1.0', channel: { name: 'edge' } } },
      staged: null,
      phase: 'healthy',
    })
  })

  test('is renamed and relabelled, which is audited', async () => {
    const id = ids['kiosk-4']!
    const body = { name: 'kiosk-four', labels: { site: 'rome' } }
    expect(await client.devices.update({ params: { id }, body })).toMatchObject(body)
    const { items } = await client.audit.list({ query: { subject: id } })
    expect(items).toMatchObject([{ action: 'device.update', detail: body }])
  })

  test('explains why it is not updating', async () => {
    const codes = async (id: string) =>
      (await client.devices.explain({ params: { id } })).reasons.map(({ code }) => code)
    expect(await codes(ids['kiosk-3']!)).toEqual(['device.never_connected', 'group.no_channel'])
    expect((await codes(ids['kiosk-2']!))[0]).toBe('device.offline')
    await client.freeze.start({ body: { reason: 'storm' } })
    expect(await codes(ids['kiosk-1']!)).toEqual(['freeze.organization', 'channel.no_current'])
    await client.freeze.end()
    await query(
      database.adminUrl,
      `UPDATE channel SET current_release_id = '${mine.release}' WHERE id = '${mine.channel}'`,
    )
    expect(await codes(ids['kiosk-1']!)).toEqual(['device.current'])
  })

  test('is asked to reboot and to send logs by counters that only grow', async () => {
    const id = ids['kiosk-1']!
    await client.devices.reboot({ params: { id } })
    await client.devices.reboot({ params: { id } })
    await client.devices.collectLogs({ params: { id } })
    expect(await query(database.adminUrl, `SELECT ops FROM device WHERE id = '${id}'`)).toEqual([
      { ops: { reboot: 2, collectLogs: 1 } },
    ])
  })

  test('is offered a digest again when its quarantine is lifted', async () => {
    const id = ids['kiosk-1']!
    const quarantine = `INSERT INTO device_quarantine (device_id, digest, organization_id, reason)
      VALUES ('${id}', '${testDigest}', '${site.one.organizationId}', 'fell back')`
    await query(database.adminUrl, quarantine)
    expect(await client.devices.get({ params: { id } })).toMatchObject({ quarantined: [{ digest: testDigest }] })
    expect(await client.fleet.summary()).toMatchObject({ quarantinedDevices: 1, serverBehindDevices: 0 })
    expect(await names({ query: { quarantined: 'true' } })).toEqual(['kiosk-1'])
    expect(await names({ query: { quarantined: 'false', health: 'healthy' } })).toEqual(['kiosk-2'])
    expect(await names({ query: { health: 'unhealthy' } })).toEqual([])
    const body = { digest: `sha256:${'c'.repeat(64)}` }
    await expect(client.devices.unquarantine({ params: { id }, body })).rejects.toMatchObject({ status: 404 })
    expect(await client.devices.unquarantine({ params: { id } })).toMatchObject({ quarantined: [] })
    const [row] = await query(database.adminUrl, `SELECT ops FROM device WHERE id = '${id}'`)
    expect(row).toMatchObject({ ops: { unquarantine: 1 } })
  })

  test('has boots and events, page by page', async () => {
    const id = ids['kiosk-1']!
    const organization = site.one.organizationId
    await query(
      database.adminUrl,
      `INSERT INTO boot_record (device_id, inc, boot_key, organization_id, outcome, health, detail, received_at)
       SELECT '${id}', 1, 'b:' || n, '${organization}', CASE WHEN n = 3 THEN 'rolled_back' ELSE 'reboot' END, 'healthy', '{}', now()
       FROM generate_series(1, 3) n;
       INSERT INTO device_event (organization_id, device_id, kind, because)
       SELECT '${organization}', '${id}', 'connected', '{"code":"x","message":"x"}' FROM generate_series(1, 3)`,
    )
    const boots: string[] = []
    const events: string[] = []
    for await (const boot of iterate(client.devices.boots, { params: { id }, query: { limit: 2 } }))
      boots.push(boot.bootKey)
    for await (const event of iterate(client.devices.events, { params: { id }, query: { limit: 2 } }))
      events.push(event.id)
    expect(boots).toEqual(['b:3', 'b:2', 'b:1'])
    expect(new Set(events).size).toBe(3)
    const { total, buckets } = await client.fleet.boots()
    expect(total).toEqual({ boots: 3, succeeded: 2, failed: 1, rolledBack: 1 })
    expect(buckets.reduce((sum, bucket) => sum + bucket.boots, 0)).toBe(3)
  })

  test('is gone when it is removed, and its certificates with it', async () => {
    const id = ids['kiosk-2']!
    await client.devices.remove({ params: { id } })
    await expect(client.devices.get({ params: { id } })).rejects.toMatchObject({ status: 404 })
    const hints = await query(database.adminUrl, `SELECT payload FROM outbox WHERE kind = 'device.kick'`)
    expect(hints).toEqual([{ payload: { deviceId: id, why: 'removed' } }])
  })
})

describe('enrollment', () => {
  test('a token is shown once, in the document for the device', async () => {
    const made = await client.enrollmentTokens.create({ body: { name: 'shelf', maxUses: 3, labels: { site: 'oslo' } } })
    expect(made.document).toEqual({
      url: 'https://devices.example:8443',
      token: made.token,
      caSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const { items } = await client.enrollmentTokens.list({ query: { limit: 1 } })
    expect(items).toMatchObject([{ id: made.id, uses: 0, maxUses: 3, usable: true, group: { name: 'default' } }])
    expect(JSON.stringify(items)).not.toContain(made.token)
    await client.enrollmentTokens.revoke({ params: { id: made.id } })
    expect((await client.enrollmentTokens.list({ query: { limit: 1 } })).items).toMatchObject([{ usable: false }])
  })

  test('a machine that waits is let in once, and cannot be turned away after that', async () => {
    const id = mine.enrollment
    expect((await client.enrollments.list({ query: { state: 'pending' } })).items).toMatchObject([
      { id, hostname: 'box' },
    ])
    const both = await Promise.allSettled([
      client.enrollments.approve({ params: { id } }),
      client.enrollments.approve({ params: { id } }),
    ])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    await expect(client.enrollments.reject({ params: { id } })).rejects.toMatchObject({
      status: 409,
      code: 'enrollment_decided',
    })
    const { items } = await client.audit.list({ query: { action: 'enrollment.approved' } })
    expect(items).toHaveLength(1)
  })
})

describe('groups, policies and freeze', () => {
  test('a group with devices stays, and so does the default group', async () => {
    await expect(client.groups.remove({ params: { group: 'lab' } })).rejects.toMatchObject({ code: 'group_in_use' })
    await expect(client.groups.remove({ params: { group: 'default' } })).rejects.toMatchObject({
      code: 'default_group',
    })
    await client.groups.create({ body: { name: 'empty' } })
    await client.groups.remove({ params: { group: 'empty' } })
  })

  test('windows and blackouts are kept as they were given', async () => {
    const windows = [{ days: ['sat', 'sun'] as const, from: '22:00', to: '04:00', timezone: 'Europe/Berlin' }]
    const blackouts = [{ from: '2026-12-24T00:00:00+01:00', to: '2026-12-27T00:00:00+01:00', reason: 'holidays' }]
    const group = await client.groups.create({
      body: { name: 'shop', windows: windows.map((w) => ({ ...w, days: [...w.days] })), blackouts },
    })
    expect(group).toMatchObject({ windows, blackouts, budget: { maxUnavailable: { percent: 10 }, maxDownloading: 50 } })
    const timezone = 'Europe/Atlantis'
    const bad = { name: 'bad', windows: [{ days: ['mon' as const], from: '01:00', to: '02:00', timezone }] }
    await expect(client.groups.create({ body: bad })).rejects.toMatchObject({ status: 422 })
  })

  test('a policy is one recipe under growing versions', async () => {
    const made = await client.policies.create({ body: { name: 'fast', spec: { waves: [] } } })
    expect(made).toMatchObject({ version: 1, spec: { waves: [], onTrip: 'pause', rest: { name: 'rest' } } })
    const params = { policy: 'fast' }
    expect(await client.policies.update({ params, body: { description: 'x' } })).toMatchObject({ version: 1 })
    expect(await client.policies.update({ params, body: { spec: { onTrip: 'abort' } } })).toMatchObject({ version: 2 })
    await client.policies.remove({ params })
    await expect(client.policies.get({ params })).rejects.toMatchObject({ code: 'policy_not_found' })
  })

  test('a freeze is seen everywhere, keeps its beginning, and is lifted', async () => {
    const first = await client.freeze.start({ body: { reason: 'storm' } })
    const again = await client.freeze.start({ body: { reason: 'bigger storm' } })
    expect(again).toMatchObject({ since: first.since, reason: 'bigger storm', by: 'admin' })
    expect((await client.sessions.me()).organization.freeze).toEqual(again)
    await client.freeze.startGroup({ params: { group: 'lab' }, body: { reason: 'lab works' } })
    expect(await client.fleet.summary()).toMatchObject({ freeze: again, frozenGroups: [{ name: 'lab' }] })
    await client.freeze.end()
    await client.freeze.endGroup({ params: { group: mine.group } })
    expect(await client.fleet.summary()).toMatchObject({ freeze: null, frozenGroups: [] })
  })
})
