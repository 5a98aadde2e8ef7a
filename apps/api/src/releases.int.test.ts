import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, iterate, type Client } from '@bootfleet/sdk'
import {
  buildImage,
  createTestDatabase,
  freePort,
  pushImage,
  query,
  registryAccount,
  requireServer,
  startRegistryServer,
  type RegistryServer,
  type TestDatabase,
} from '@bootfleet/testkit'
import { addTestDevice, openTestSite, type TestSite } from './testing/test-site.ts'

let database: TestDatabase
let site: TestSite
let client: Client
let open: RegistryServer
let closed: RegistryServer

describe.skipIf(requireServer(['docker-registry']).missing)('releases', () => {
  beforeAll(async () => {
    database = await createTestDatabase()
    site = await openTestSite(database.url)
    client = createClient({ baseUrl: site.url, token: site.one.tokens.operator })
    open = await startRegistryServer()
    closed = await startRegistryServer({ auth: 'basic' })
    await client.channels.create({ body: { name: 'edge', repository: `${open.host}/os/edge` } })
    await client.channels.create({ body: { name: 'private', repository: `${closed.host}/os/private` } })
  })
  afterAll(async () => {
    await site.close()
    await Promise.all([open.stop(), closed.stop()])
    await database[Symbol.asyncDispose]()
  })

  const push = (tag: string, version: string) =>
    pushImage({ host: open.host, repository: 'os/edge', tag }, buildImage({ version, attestation: true }))
  const create = (image: string, more = {}) =>
    client.releases.create({ params: { channel: 'edge' }, body: { image, ...more } })

  test('an image is resolved to digests for each architecture', async () => {
    const image = await push('v1', '1.0.0')
    const release = await create(image.reference)
    expect(release).toMatchObject({
      channel: { name: 'edge' },
      repository: `${open.host}/os/edge`,
      tag: 'v1',
      version: '1.0.0',
      indexDigest: image.indexDigest,
      createdBy: 'operator',
    })
    expect(release.manifests).toEqual(image.manifests)
    expect(await client.releases.get({ params: { id: release.id } })).toEqual(release)
  })

  test('the repository may be left out, and a version may be given', async () => {
    const image = await push('v2', '2.0.0')
    const release = await create(':v2', { version: '2.0.0-lab', notes: 'for the lab' })
    expect(release).toMatchObject({ tag: 'v2', version: '2.0.0-lab', notes: 'for the lab' })
    expect((await create(`@${image.top.digest}`)).id).toBe(release.id)
  })

  test('the same image again is the release that it is already, also at the same time', async () => {
    await push('v3', '3.0.0')
    const all = await Promise.all(Array.from({ length: 4 }, () => create(':v3')))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    const [audited] = await query(
      database.adminUrl,
      `SELECT count(*)::int AS count FROM audit_entry WHERE subject_id = '${all[0]?.id}'`,
    )
    expect(audited).toEqual({ count: 1 })
  })

  test('the same image again with another mark, version or notes is refused, and with what it has it is not', async () => {
    await push('v3-marked', '3.0.1')
    const given = { barrier: true, minimumFrom: '3.0.0', notes: 'first' }
    const { id } = await create(':v3-marked', given)
    expect((await create(':v3-marked', { ...given, version: '3.0.1' })).id).toBe(id)
    const others = { barrier: false, minimumFrom: '2.0.0-lab', notes: 'second', version: '9' }
    for (const [field, value] of Object.entries(others))
      await expect(create(':v3-marked', { [field]: value })).rejects.toMatchObject({
        status: 409,
        problem: { code: 'release_exists', errors: [{ field }] },
      })
    await expect(create(':v3-marked', { minimumFrom: 'never' })).rejects.toMatchObject({ code: 'minimum_not_found' })
  })

  test.each(['a\0b', 'a\uD800b'])('an image whose annotations cannot be stored is refused (%#)', async (version) => {
    const image = await push('unstorable', version)
    await expect(create(image.reference)).rejects.toMatchObject({ status: 422, code: 'registry_invalid_manifest' })
  })

  test('what devices of the channel run already is adopted, once, and is current where nothing was', async () => {
    const params = { channel: 'edge' }
    await expect(client.channels.adopt({ params })).rejects.toMatchObject({ status: 409, code: 'not_running' })
    const { manifests } = await push('adopted', '0.9.0')
    const digest = manifests[0]?.manifestDigest ?? ''
    await client.groups.update({ params: { group: 'default' }, body: { channel: 'edge' } })
    const device = await addTestDevice(site.one.ctx, { name: 'old-1' })
    const booted = (value: string) =>
      query(
        database.adminUrl,
        `INSERT INTO device_state (device_id, organization_id, inc, epoch, seq, received_at, device_time, phase, observed_gen,
           boot_key, staged_locked, health, report, booted_digest)
         VALUES ('${device}', '${site.one.organizationId}', 1, 1, 1, now(), '', 'healthy', 0, 'b:1', false, 'healthy', '{"booted":{"digest":"${value}"}}', '${value}')
         ON CONFLICT (device_id) DO UPDATE SET booted_digest = EXCLUDED.booted_digest, report = EXCLUDED.report`,
      )
    await booted(`sha256:${'d'.repeat(64)}`)
    await expect(client.channels.adopt({ params })).rejects.toMatchObject({ code: 'registry_not_found' })
    await booted(digest)
    const release = await client.channels.adopt({ params, body: { version: '0.9' } })
    expect(release).toMatchObject({ version: '0.9', manifests: [{ manifestDigest: digest }] })
    expect((await client.channels.adopt({ params, body: { digest } })).id).toBe(release.id)
    expect((await client.channels.adopt({ params })).id).toBe(release.id)
    expect((await client.channels.get({ params })).current).toMatchObject({ id: release.id })
    const { reasons } = await client.devices.explain({ params: { id: device } })
    expect(reasons.map(({ code }) => code)).toContain('device.current')
  })

  test('version and notes can be put right', async () => {
    await push('v4', '4.0.0')
    const { id } = await create(':v4')
    expect(await client.releases.update({ params: { id }, body: { notes: 'better' } })).toMatchObject({
      version: '4.0.0',
      notes: 'better',
    })
  })

  test('they are listed page by page, the newest first', async () => {
    for (const n of [5, 6, 7]) {
      await push(`v${n}`, `${n}.0.0`)
      await create(`:v${n}`)
    }
    const versions: (string | null)[] = []
    const list = iterate(client.releases.list, { params: { channel: 'edge' }, query: { limit: 2 } })
    for await (const { version } of list) versions.push(version)
    expect(versions.slice(0, 3)).toEqual(['7.0.0', '6.0.0', '5.0.0'])
    expect(new Set(versions).size).toBe(versions.length)
  })

  test('a registry that wants credentials gets those of the longest scope', async () => {
    const image = await pushImage({
      host: closed.host,
      repository: 'os/private',
      tag: 'v1',
      credentials: registryAccount,
    })
    const params = { channel: 'private' }
    const body = { image: image.reference }
    await expect(client.releases.create({ params, body })).rejects.toMatchObject({
      status: 422,
      code: 'registry_unauthorized',
      problem: { detail: expect.stringContaining('/v1/registries') },
    })
    const admin = createClient({ baseUrl: site.url, token: site.one.tokens.admin })
    const wrong = { scope: closed.host, username: 'x', password: 'wrong' }
    const right = { scope: `${closed.host}/os/private`, ...registryAccount }
    await admin.registries.create({ body: wrong })
    await expect(client.releases.create({ params, body })).rejects.toMatchObject({ code: 'registry_unauthorized' })
    const stored = await admin.registries.create({ body: right })
    expect(JSON.stringify(stored)).not.toContain(registryAccount.password)
    expect(await client.releases.create({ params, body })).toMatchObject({ indexDigest: image.indexDigest })
    const rows = await query(database.adminUrl, 'SELECT sealed_secret FROM registry_credential')
    expect(JSON.stringify(rows)).not.toContain(registryAccount.password)
  })

  test.each([
    [':never', 422, 'registry_not_found'],
    ['registry.example/other:v1', 422, 'other_repository'],
    ['Not An Image', 422, 'invalid_reference'],
    ['@sha256:12', 422, 'invalid_reference'],
  ])('%s is refused with %i %s', async (image, status, code) => {
    await expect(create(image)).rejects.toMatchObject({ status, code })
  })

  test('a registry that does not answer is nobody’s mistake', async () => {
    const repository = `127.0.0.1:${await freePort()}/os/gone`
    await client.channels.create({ body: { name: 'gone', repository } })
    await expect(client.releases.create({ params: { channel: 'gone' }, body: { image: ':v1' } })).rejects.toMatchObject(
      { status: 503, code: 'registry_network' },
    )
  })

  test('a channel with releases and no rollouts can go, with its releases', async () => {
    await client.channels.create({ body: { name: 'short', repository: `${open.host}/os/edge` } })
    const release = await client.releases.create({ params: { channel: 'short' }, body: { image: ':v1' } })
    await client.channels.remove({ params: { channel: 'short' } })
    await expect(client.releases.get({ params: { id: release.id } })).rejects.toMatchObject({ status: 404 })
  })
})
