import { advanceRollout, findDueRollouts, ingestBatch, type InboundMessage } from '@bootfleet/operations'
import { explainedServices, type ExplainedStatement } from '@bootfleet/testkit'
import { randomUUID } from 'node:crypto'
import { firstImage, stateBody } from './generator/loaded-device.ts'
import { row, type Row, type Section } from './numbers.ts'
import type { Options } from './options.ts'
import type { Site } from './site.ts'

interface Planned extends ExplainedStatement {
  readonly from: string
}

/** How PostgreSQL executes the statements on targets of a turn, of a sweep and of a batch of reports that change nothing. */
export async function explainPlans(site: Site, options: Options): Promise<Section> {
  await site.sql.query('ANALYZE')
  const { rows } = await site.sql.query<{ id: string }>(`SELECT id::text FROM rollout ORDER BY created_at DESC LIMIT 1`)
  const rolloutId = rows[0]?.id
  if (rolloutId === undefined) throw new Error('--plans needs a rollout: measure "rollout" or "waves" as well.')
  const planned: Planned[] = []
  const watch = (from: string) => explainedServices(site.services, (statement) => planned.push({ from, ...statement }))
  await advanceRollout(watch('turn'), { rolloutId })
  await findDueRollouts(watch('sweep'), { limit: 100 })
  await ingestBatch(watch('reports'), await someReports(site))
  const read = planned.flatMap((one) => summary(one))
  return {
    title: `Plans over ${options.targets} devices: what a turn, a sweep and reports read`,
    rows: read,
    notes: [
      `${planned.length} statements, each as EXPLAIN (ANALYZE, BUFFERS) executed it: its time, the pages of 8 KiB that it read, and how it reached the tables that have a row for each device.`,
    ],
  }
}

const access =
  /(Seq|Index Only|Index|Bitmap Heap|Tid) Scan (?:using (\S+) )?on (rollout_target|device|device_state|device_presence|device_desired)\b.*?rows=(\d+)(?:\.\d+)? loops=(\d+)/

/** A statement in a row; those that reach none of the large tables are left out. */
function summary({ from, sql, plan }: Planned): Row[] {
  const reached = plan.flatMap((line, at) => {
    const [, kind, used, table, rows, loops] = access.exec(line) ?? []
    if (kind === undefined) return []
    const below = plan.slice(at).map((later) => /Bitmap Index Scan on (\S+)/.exec(later)?.[1])
    const index = used ?? (kind === 'Bitmap Heap' ? below.find(Boolean) : undefined)
    return [`${kind} Scan on ${table}${index ? ` by ${index}` : ''}: ${Number(rows) * Number(loops)} rows`]
  })
  if (reached.length === 0) return []
  const ms = Number(/Execution Time: ([\d.]+)/.exec(plan.join('\n'))?.[1])
  const pages = /Buffers: shared hit=(\d+)/.exec(plan.join('\n'))?.[1] ?? '0'
  return [row(ms, 'ms', `${from}: ${sql.slice(0, 50)} ... ${pages} pages; ${[...new Set(reached)].join('; ')}`)]
}

async function someReports({ sql }: Site): Promise<InboundMessage[]> {
  const { rows } = await sql.query<{ id: string }>(`SELECT device_id::text AS id FROM device_state LIMIT 500`)
  const body = stateBody({ phase: 'idle', observedGen: 1, bootKey: 'b:0', booted: firstImage })
  const order = { v: 1, inc: 1, epoch: 1, seq: 2_000_000_000, ts: '', up: 0 }
  return rows.map(({ id }) => {
    const envelope = { ...order, id: randomUUID(), body }
    return { deviceId: id, transport: 'mqtt', gatewayId: 'bench', up: { kind: 'up/state', envelope, body } }
  }) as InboundMessage[]
}
