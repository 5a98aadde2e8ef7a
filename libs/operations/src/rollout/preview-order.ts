import type { Because, NamedRef, PreviewStratum } from '@bootfleet/contracts'
import type { PlannedWave } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { eligibilitySql, type Selection } from './eligibility.ts'
import { rankedSql, stratumSql } from './planned-order.ts'

/** Devices, and values of a label, that a preview names in one place. */
export const shown = 20

/** What a preview tells of a planned wave: its first devices, who comes in their place, and the strata it meets. */
export interface WaveOrder {
  readonly wave: PlannedWave
  readonly devices: NamedRef[]
  readonly reserves: NamedRef[]
  readonly strata: PreviewStratum[]
  readonly strataCount: number
}

/** Rows `(place, device_id, name, value, digest, from_digest, hops)` of the eligible in the order that planning would give them, from place 0. */
export function orderSql(selection: Selection): Prisma.Sql {
  const eligible = Prisma.sql`SELECT * FROM (${eligibilitySql(selection)}) AS e WHERE skip IS NULL`
  const rank = Prisma.sql`row_number() OVER (PARTITION BY ${stratumSql} ORDER BY position, device_id)`
  const position = selection.stratifyBy ? rankedSql(rank) : Prisma.sql`position`
  return Prisma.sql`
    SELECT device_id, name, value, digest, from_digest, hops, row_number() OVER (ORDER BY position, device_id) - 1 AS place
    FROM (SELECT device_id, name, value, digest, from_digest, hops, ${position} AS position FROM (${eligible}) AS e) AS placed`
}

/** What the waves hold, in their order. Two readings of the whole order, however many waves there are. */
export async function readWaveOrders(
  tx: Tx,
  selection: Selection,
  waves: readonly PlannedWave[],
): Promise<WaveOrder[]> {
  const starts = startsOf(waves)
  const names = await readNames(tx, selection, starts)
  const strata = selection.stratifyBy ? await readStrata(tx, selection, starts) : []
  const slice = (from: number, count: number) =>
    Array.from({ length: count }, (_, offset) => names.get(from + offset)).filter((device) => device !== undefined)
  return waves.map((wave) => {
    const { index, size } = wave
    const from = starts[index] ?? 0
    const met = strata.filter((row) => row.wave === index)
    return {
      wave,
      devices: slice(from, Math.min(size, shown)),
      reserves: slice(from + size, shown),
      strata: met.map(({ value, count }) => ({ value, count })),
      strataCount: met[0]?.total ?? 0,
    }
  })
}

/** The place at which each wave begins. */
export function startsOf(waves: readonly PlannedWave[]): number[] {
  return waves.map((_, place) => waves.slice(0, place).reduce((total, { size }) => total + size, 0))
}

async function readNames(tx: Tx, selection: Selection, starts: readonly number[]): Promise<Map<number, NamedRef>> {
  const rows = await tx.$queryRaw<{ place: number; id: string; name: string }[]>`
    SELECT place::int, device_id::text AS id, name FROM (${orderSql(selection)}) AS o
    WHERE EXISTS (SELECT 1 FROM UNNEST(${[...starts]}::int[]) AS start WHERE place >= start AND place < start + ${shown}::int)`
  return new Map(rows.map(({ place, id, name }) => [place, { id, name }]))
}

interface StratumRow {
  readonly wave: number
  readonly value: string | null
  readonly count: number
  readonly total: number
}

function readStrata(tx: Tx, selection: Selection, starts: readonly number[]): Promise<StratumRow[]> {
  return tx.$queryRaw<StratumRow[]>`
    SELECT wave, value, count, total FROM (
      SELECT wave, value, count(*)::int AS count, (count(*) OVER (PARTITION BY wave))::int AS total,
        row_number() OVER (PARTITION BY wave ORDER BY count(*) DESC, value) AS nth
      FROM (
        SELECT width_bucket(place, ${[...starts]}::bigint[]) - 1 AS wave, value FROM (${orderSql(selection)}) AS o) AS members
      GROUP BY wave, value) AS met
    WHERE nth <= ${shown}::int ORDER BY wave, nth`
}

/** Warns of values that the first wave does not meet, as it has fewer devices than there are values. */
export async function warnOfMissed(tx: Tx, selection: Selection, first: PlannedWave | undefined): Promise<Because[]> {
  const { stratifyBy } = selection
  if (!stratifyBy || !first) return []
  const rows = await tx.$queryRaw<{ value: string | null; missed: number; total: number }[]>`
    SELECT value, missed, total FROM (
      SELECT value, place, (count(*) FILTER (WHERE place >= ${first.size}::int) OVER ())::int AS missed,
        (count(*) OVER ())::int AS total
      FROM (SELECT value, min(place) AS place FROM (${orderSql(selection)}) AS o GROUP BY value) AS strata) AS counted
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
