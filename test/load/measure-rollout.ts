import type { PolicyInput } from '@bootfleet/contracts'
import { waitFor } from '@bootfleet/testkit'
import { row, type Section } from './numbers.ts'
import type { Options } from './options.ts'
import { channelName, insertRelease } from './populate.ts'
import type { Site } from './site.ts'
import { shares, watchUsage } from './watch-usage.ts'

/** From the call that creates a rollout to the documents of its first wave. */
export async function measureRollout(site: Site, options: Options): Promise<Section> {
  const wave = Math.min(1000, Math.floor(options.devices / 2))
  const policy: PolicyInput = { waves: [{ name: 'first', size: { count: wave }, soakSec: 300 }] }
  const release = await insertRelease(site, `sha256:${'1'.repeat(64)}`)
  const began = performance.now()
  const since = () => performance.now() - began
  const { result, spent } = await watchUsage(site, async () => {
    const { id } = await site.client.rollouts.create({ body: { channel: channelName, release, policy, start: 'now' } })
    const created = since()
    await untilPlanned(site, id)
    const planned = since()
    await untilOffered(site, id, wave)
    return { id, created, planned, offered: since() }
  })
  const { id, created, planned, offered } = result
  const planTurns = await countTransactions(site, 'rollout_target', id)
  const offerTurns = await countTransactions(site, 'device_desired', id)
  await site.client.rollouts.abort({ params: { rollout: id } })
  await waitFor('the rollout to be aborted', () => isAborted(site, id), 120_000)
  return {
    title: `A rollout over ${options.targets} devices, first wave of ${wave}`,
    rows: [
      row(created, 'ms', 'POST /v1/rollouts, start now'),
      row(planned - created, 'ms', `from there until all targets and waves are planned`),
      row(planTurns, 'turns', 'transactions that wrote targets (at most 5000 in each)'),
      row(offered - planned, 'ms', `from there until ${wave} desired documents are written`),
      row(offerTurns, 'turns', 'transactions that wrote those documents'),
    ],
    notes: [shares(spent)],
  }
}

export async function untilPlanned({ sql }: Site, id: string): Promise<void> {
  const isPlanned = async () => {
    const { rows } = await sql.query('SELECT 1 FROM rollout WHERE id = $1 AND planned_at IS NOT NULL', [id])
    return rows.length > 0
  }
  await waitFor('the rollout to be planned', isPlanned, 300_000)
}

async function untilOffered({ sql }: Site, id: string, wave: number): Promise<void> {
  const isOffered = async () => {
    const { rows } = await sql.query<{ count: string }>(
      `SELECT count(*)::text AS count FROM rollout_target WHERE rollout_id = $1 AND wave = 0 AND state <> 'pending'`,
      [id],
    )
    return Number(rows[0]?.count) >= wave
  }
  await waitFor('the first wave to be offered the image', isOffered, 300_000)
}

// A row carries the id of the transaction that wrote it last. Targets of the wave were written again since, so they and
// their transactions are left out.
async function countTransactions({ sql }: Site, table: 'rollout_target' | 'device_desired', id: string) {
  const untouched = table === 'rollout_target' ? 'AND wave IS NULL' : ''
  const { rows } = await sql.query<{ count: number }>(
    `SELECT count(DISTINCT xmin::text)::int AS count FROM ${table} WHERE rollout_id = $1 ${untouched}`,
    [id],
  )
  return rows[0]?.count ?? 0
}

async function isAborted({ sql }: Site, id: string): Promise<boolean> {
  const { rows } = await sql.query(`SELECT 1 FROM rollout WHERE id = $1 AND state = 'aborted'`, [id])
  return rows.length > 0
}
