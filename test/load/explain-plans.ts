import type { Database, Tx } from '@bootfleet/db'
import { Prisma } from '@bootfleet/db'
import { advanceRollout, findDueRollouts, ingestBatch, type InboundMessage, type Services } from '@bootfleet/operations'
import { randomUUID } from 'node:crypto'
import { firstImage, stateBody } from './generator/loaded-device.ts'
import { row, type Row, type Section } from './numbers.ts'
import type { Options } from './options.ts'
import type { Site } from './site.ts'

interface Planned {
  readonly from: string
  readonly sql: string
  readonly plan: readonly string[]
}

/** How PostgreSQL executes the statements on targets of a turn, of a sweep and of a batch of reports that change nothing. */
export async function explainPlans(site: Site, options: Options): Promise<Section> {
  await site.sql.query('ANALYZE')
  const { rows } = await site.sql.query<{ id: string }>(`SELECT id::text FROM rollout ORDER BY created_at DESC LIMIT 1`)
  const rolloutId = rows[0]?.id
  if (rolloutId === undefined) throw new Error('--plans needs a rollout: measure "rollout" or "waves" as well.')
  const planned: Planned[] = []
  const watch = (from: string) => explaining(site.services, (sql, plan) => planned.push({ from, sql, plan }))
  await advanceRollout(watch('turn'), { rolloutId })
  await findDueRollouts(watch('sweep'), { limit: 100 })
  await ingestBatch(watch('reports'), await someReports(site))
  const onTargets = planned.filter(({ sql }) => /\brollout_target\b/.test(sql))
  const scans = onTargets.flatMap((one) => accesses(one))
  return {
    title: `Plans: access to rollout_target, rollout over ${options.targets} devices`,
    rows: scans,
    notes: [
      `${onTargets.length} statements of one turn, one sweep and one batch of reports; each access to the table is a row.`,
    ],
  }
}

const access = /(Seq|Index Only|Index|Bitmap Heap) Scan (?:using (\S+) )?on rollout_target/

function accesses({ from, sql, plan }: Planned): Row[] {
  const start = sql.replaceAll(/\s+/g, ' ').trim().slice(0, 60)
  return plan.flatMap((line, at) => {
    const [, kind, used] = access.exec(line) ?? []
    if (kind === undefined) return []
    const rest = plan.slice(at)
    const index = used ?? rest.map((below) => /Bitmap Index Scan on (\S+)/.exec(below)?.[1]).find(Boolean)
    const rows = /rows=(\d+)/.exec(line)?.[1] ?? '?'
    const by = kind === 'Seq' ? '' : `by ${index} `
    return [row(`${kind} Scan`, from, `${by}~${rows} rows: ${start}`)]
  })
}

/** The same services, whose raw statements are explained before they run. */
function explaining(services: Services, note: (sql: string, plan: string[]) => void): Services {
  const db: Database = {
    ...services.db,
    transaction: (scope, work) => services.db.transaction(scope, (tx) => work(explainingTx(tx, note))),
  }
  return { ...services, db }
}

function explainingTx(tx: Tx, note: (sql: string, plan: string[]) => void): Tx {
  const explain = async (statement: Prisma.Sql) => {
    const rows = await tx.$queryRaw<Record<string, string>[]>(
      Prisma.sql([`EXPLAIN ${statement.strings[0] ?? ''}`, ...statement.strings.slice(1)], ...statement.values),
    )
    note(
      statement.sql,
      rows.map((line) => Object.values(line)[0] ?? ''),
    )
  }
  return new Proxy(tx, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name)
      if (name !== '$queryRaw' && name !== '$executeRaw') return own
      return async (first: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) => {
        const statement = 'sql' in first ? first : Prisma.sql(first, ...values)
        await explain(statement)
        return name === '$queryRaw' ? tx.$queryRaw(statement) : tx.$executeRaw(statement)
      }
    },
  })
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
