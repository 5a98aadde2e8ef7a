import { bareUpsert } from './bare-upsert.ts'
import { row, spread, type Section } from './numbers.ts'
import type { Options } from './options.ts'
import type { Population } from './populate.ts'
import type { Site } from './site.ts'
import { shares, watchUsage } from './watch-usage.ts'

/** Reports over MQTT, each acknowledged when it is stored; and what the table takes without any of that. */
export async function measureIngest(site: Site, options: Options, { devices }: Population): Promise<Section> {
  const { rounds, upsertSec } = options
  const began = new Date()
  const { result, spent } = await watchUsage(site, () => site.generator.call('report', { rounds }))
  const count = devices.length * rounds
  const stored = await rowsSince(site, began)
  const perSecond = count / (result.elapsedMs / 1000)
  const ids = devices.map(({ id }) => id)
  const bare = await bareUpsert(site, { ids, seconds: upsertSec })
  return {
    title: `Ingest: ${devices.length} devices send ${rounds} reports each`,
    rows: [
      row(perSecond, '1/s', 'reports: MQTT in -> row in device_state'),
      row(bare.perSecond, '1/s', `rows of a bare batched upsert (${bare.batch} rows, sorted)`),
      row(bare.perSecond / perSecond, 'x', 'the bare upsert is faster by'),
      row(spent.cpuMs.gateway / count, 'ms', 'processor time of the gateway for each report'),
      row(spent.cpuMs.postgres / count, 'ms', 'processor time of PostgreSQL for each report'),
      spread(
        result.each.map((all) => all / rounds),
        [0.5, 0.9, 1],
        'from a report to its PUBACK, mean of a device',
      ),
    ],
    notes: [
      `A device sends its next report after the PUBACK, which follows the commit; ${stored} of ${devices.length} rows hold a report of this time.`,
      shares(spent),
    ],
  }
}

async function rowsSince({ sql }: Site, began: Date): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM device_state WHERE received_at >= $1',
    [began],
  )
  return rows[0]?.count ?? 0
}
