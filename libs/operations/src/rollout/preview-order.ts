import type { Because, NamedRef, PreviewStratum } from '@bootfleet/contracts'
import { takesFrom, type PlannedWave, type PolicySpec } from '@bootfleet/domain'
import type { Prisma, Tx } from '@bootfleet/db'
import type { Selection } from './eligibility.ts'
import { shown, type DealtPlan, type ShownPlaces } from './preview-deal.ts'
import { orderSql } from './preview-order-sql.ts'

/** What a preview tells of a planned wave: its first devices, who comes in their place, and the strata it meets. */
export interface WaveOrder {
  readonly wave: PlannedWave
  readonly devices: NamedRef[]
  readonly reserves: NamedRef[]
  readonly strata: PreviewStratum[]
  readonly strataCount: number
}

interface Planned {
  readonly waves: readonly PlannedWave[]
  readonly spec: PolicySpec
}

/** What the waves hold, in their order. Two readings of the whole order, however many waves there are. */
export async function readWaveOrders(
  tx: Tx,
  selection: Selection,
  { waves, dealt }: { waves: readonly PlannedWave[]; dealt: DealtPlan },
): Promise<WaveOrder[]> {
  const names = await readNames(tx, selection, dealt.shown)
  const strata = selection.stratifyBy ? await readStrata(tx, selection, dealt.waveSql) : []
  const named = (places: readonly number[]) =>
    places.map((place) => names.get(place)).filter((device) => device !== undefined)
  return waves.map((wave, nth) => {
    const places = dealt.shown[nth] ?? { devices: [], reserves: [] }
    const met = strata.filter((row) => row.wave === wave.index)
    return {
      wave,
      devices: named(places.devices),
      reserves: named(places.reserves),
      strata: met.map(({ value, count }) => ({ value, count })),
      strataCount: met[0]?.total ?? 0,
    }
  })
}

async function readNames(tx: Tx, selection: Selection, places: readonly ShownPlaces[]): Promise<Map<number, NamedRef>> {
  const wanted = places.flatMap(({ devices, reserves }) => [...devices, ...reserves])
  const rows = await tx.$queryRaw<{ place: number; id: string; name: string }[]>`
    SELECT place::int, device_id::text AS id, name FROM (${orderSql(selection)}) AS o
    WHERE place = ANY(${[...new Set(wanted)]}::bigint[])`
  return new Map(rows.map(({ place, id, name }) => [place, { id, name }]))
}

interface StratumRow {
  readonly wave: number
  readonly value: string | null
  readonly count: number
  readonly total: number
}

function readStrata(tx: Tx, selection: Selection, waveSql: Prisma.Sql): Promise<StratumRow[]> {
  return tx.$queryRaw<StratumRow[]>`
    SELECT wave, value, count, total FROM (
      SELECT wave, value, count(*)::int AS count, (count(*) OVER (PARTITION BY wave))::int AS total,
        row_number() OVER (PARTITION BY wave ORDER BY count(*) DESC, value) AS nth
      FROM (
        SELECT ${waveSql} AS wave, value FROM (${orderSql(selection)}) AS o) AS members
      GROUP BY wave, value) AS met
    WHERE nth <= ${shown}::int ORDER BY wave, nth`
}

/** Warns of values that the first wave does not meet, as it has fewer devices than there are values. */
export async function warnOfMissed(tx: Tx, selection: Selection, { waves, spec }: Planned): Promise<Because[]> {
  const { stratifyBy } = selection
  const [first] = waves
  if (!stratifyBy || !first) return []
  const [pools] = takesFrom(waves, spec.waves)
  const rows = await tx.$queryRaw<{ value: string | null; missed: number; total: number }[]>`
    SELECT value, missed, total FROM (
      SELECT value, place, (count(*) FILTER (WHERE place >= ${first.size}::int) OVER ())::int AS missed,
        (count(*) OVER ())::int AS total
      FROM (SELECT value, min(place) AS place FROM (${orderSql(selection, [...(pools ?? [])])}) AS o GROUP BY value) AS strata) AS counted
    WHERE place >= ${first.size}::int ORDER BY place LIMIT ${shown}`
  const [row] = rows
  return row
    ? [
        missedBecause(
          { stratifyBy, size: first.size, ...row },
          rows.map(({ value }) => value),
        ),
      ]
    : []
}

interface Missed {
  readonly stratifyBy: string
  readonly size: number
  readonly missed: number
  readonly total: number
}

function missedBecause({ stratifyBy, size, missed, total }: Missed, values: readonly (string | null)[]): Because {
  const names = values.map((value) => (value === null ? 'devices without the label' : value === '' ? '""' : value))
  const more = missed > values.length ? ` and ${missed - values.length} more` : ''
  const message =
    `The first wave has ${size} of the eligible devices, but they have ${total} values of the label "${stratifyBy}": it misses ` +
    `${names.join(', ')}${more}. Let it hold ${total} devices to meet all.`
  return { code: 'preview.strata_missed', message, stratifyBy, size, total, missed, values }
}
