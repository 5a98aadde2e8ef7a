import { randomUUID } from 'node:crypto'
import { Client as SqlClient } from 'pg'
import { PolicyInput } from '@bootfleet/contracts'
import { connect } from '@bootfleet/db'
import { advanceRollout, createRollout, setupInstallation, systemCtx, type Services } from '@bootfleet/operations'
import { createTestDatabase, testServices, withDatabase } from '@bootfleet/testkit'
import { figure, percentile, row, spread, type Row, type Section } from './numbers.ts'
import type { Options } from './options.ts'
import { insertDevices, repository } from './populate.ts'
import type { Site } from './site.ts'

const image = `sha256:${'3'.repeat(64)}`
const wave = 600
const looks = 15
const admin = { email: 'curve@bench.test', password: 'correct horse battery staple', name: 'Curve' }

interface Turns {
  readonly size: number
  readonly planMs: number
  readonly fullMs: readonly number[]
  readonly idleMs: readonly number[]
}

interface Place {
  readonly services: Services
  readonly sql: SqlClient
  readonly organizationId: string
}

/** What a turn costs as rollouts grow: in this process, on a database of its own, where no worker takes part. */
export async function measureTurns(site: Site, { curve }: Options): Promise<Section> {
  const {
    url,
    adminUrl,
    [Symbol.asyncDispose]: drop,
  } = await createTestDatabase(withDatabase(site.adminUrl, 'postgres'))
  const db = connect(url, { poolSize: 2 })
  const sql = new SqlClient({ connectionString: adminUrl })
  const measured: Turns[] = []
  try {
    await sql.connect()
    const services = testServices(db)
    const { organizationId } = await setupInstallation(services, {
      organization: { slug: 'curve', name: 'Curve' },
      admin,
    })
    for (const size of curve) measured.push(await measureSize({ services, sql, organizationId }, size))
  } finally {
    await sql.end()
    await db.close()
    await drop()
  }
  const look = (turns: Turns | undefined) => percentile(turns?.idleMs ?? [], 0.5)
  const ratio = look(measured.at(-1)) / look(measured[0])
  return {
    title: `The cost of a turn as rollouts grow`,
    rows: [...measured.flatMap(rowsOf), row(ratio, 'x', 'a look at the largest rollout costs that at the smallest')],
    notes: [
      'One rollout after the other, in the process of the bench, without a worker. A turn of the wave takes up to 200 devices into it and offers 150 of them the image. A look is a turn that loads and decides, and finds nothing to do.',
    ],
  }
}

function rowsOf({ size, planMs, fullMs, idleMs }: Turns): Row[] {
  const targets = `${figure(size)} targets`
  return [
    row(planMs, 'ms', `${targets}: planned, at most 5000 in a transaction`),
    spread(fullMs, [0.5, 1], `${targets}: a turn of the wave`),
    spread(idleMs, [0.5, 1], `${targets}: a look, from its call to the commit`),
  ]
}

async function measureSize(place: Place, size: number): Promise<Turns> {
  const { services, organizationId } = place
  const input = await insertFleet(place, size)
  const policy = PolicyInput.parse({ waves: [{ name: 'first', size: { count: wave }, soakSec: 300 }] })
  const { id } = await createRollout(systemCtx(services, organizationId), { ...input, policy, start: 'now' })
  const turn = () => advanceRollout(services, { rolloutId: id })
  const planMs = await timed(async () => {
    for (let turns = 0; !(await isPlanned(place, id)); turns++) {
      if (turns > size) throw new Error(`A rollout over ${size} devices was not planned after ${turns} turns.`)
      await turn()
    }
  })
  const fullMs: number[] = []
  for (let more = true; more;) {
    if (fullMs.length >= wave) throw new Error(`A wave of ${wave} wanted more than ${fullMs.length} turns.`)
    fullMs.push(await timed(async () => void ({ more } = await turn())))
  }
  const idleMs: number[] = []
  for (let look = 0; look < looks; look++) idleMs.push(await timed(turn))
  return { size, planMs, fullMs, idleMs }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

async function isPlanned({ sql }: Place, id: string): Promise<boolean> {
  const { rows } = await sql.query('SELECT 1 FROM rollout WHERE id = $1 AND planned_at IS NOT NULL', [id])
  return rows.length > 0
}

/** A channel with a group of so many connected devices and a release for them. */
async function insertFleet({ sql, services, organizationId }: Place, size: number) {
  const [channelId, groupId, releaseId] = [randomUUID(), randomUUID(), randomUUID()]
  const channel = `curve-${size}`
  const budget = { maxUnavailable: { percent: 50 }, maxDownloading: 100_000 }
  await sql.query(`INSERT INTO channel (id, organization_id, name, repository) VALUES ($1, $2, $3, $4)`, [
    channelId,
    organizationId,
    channel,
    repository,
  ])
  await sql.query(
    `INSERT INTO device_group (id, organization_id, channel_id, name, budget, windows, blackouts)
     VALUES ($1, $2, $3, $4, $5, '[]', '[]')`,
    [groupId, organizationId, channelId, channel, budget],
  )
  await insertDevices({ sql, services, organizationId, groupId }, size)
  await sql.query(
    `INSERT INTO device_presence (device_id, organization_id, conn, transport, gateway_id, online, connected_at, last_seen_at,
       heartbeat_sec, agent, capabilities)
     SELECT id, organization_id, gen_random_uuid(), 'mqtt', 'bench', true, now(), now(), 60, 'bench', '{download_only}'
     FROM device WHERE group_id = $1`,
    [groupId],
  )
  await insertManifest(sql, { releaseId, organizationId, channelId })
  await sql.query('ANALYZE')
  return { channel, release: releaseId }
}

async function insertManifest(sql: SqlClient, ids: { releaseId: string; organizationId: string; channelId: string }) {
  await sql.query(
    `INSERT INTO release (id, organization_id, channel_id, repository, version, annotations, created_by)
     VALUES ($1, $2, $3, $4, '1', '{}', 'bench')`,
    [ids.releaseId, ids.organizationId, ids.channelId, repository],
  )
  await sql.query(
    `INSERT INTO release_manifest (release_id, architecture, organization_id, manifest_digest, config_digest, size_bytes, layers)
     VALUES ($1, 'amd64', $2, $3, $3, 1000, '[]')`,
    [ids.releaseId, ids.organizationId, image],
  )
}
