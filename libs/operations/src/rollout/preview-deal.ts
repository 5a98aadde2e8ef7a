import { dealWaves, takesFrom, type PlannedWave, type PolicySpec } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import type { Selection } from './eligibility.ts'
import { orderSql } from './preview-order-sql.ts'

/** Devices, and values of a label, that a preview names in one place. */
export const shown = 20

/** Places of the planned order that a preview names. */
export interface ShownPlaces {
  readonly devices: readonly number[]
  readonly reserves: readonly number[]
}

/** Which wave each place of the order is in, when everybody is connected. */
export interface DealtPlan {
  readonly shown: readonly ShownPlaces[]
  /** The wave of a row with its `place`. */
  readonly waveSql: Prisma.Sql
}

interface Planned {
  readonly waves: readonly PlannedWave[]
  readonly spec: PolicySpec
}

/** Deals the planned order to the waves. With selectors that takes a reading of the whole order. */
export async function dealPlan(tx: Tx, selection: Selection, planned: Planned): Promise<DealtPlan> {
  return selection.pools?.length ? dealtByPool(planned, await readPools(tx, selection)) : dealtInOrder(planned.waves)
}

// Without selectors the waves follow each other in the order.
function dealtInOrder(waves: readonly PlannedWave[]): DealtPlan {
  const starts = waves.map((_, nth) => waves.slice(0, nth).reduce((total, { size }) => total + size, 0))
  const places = (from: number, count: number) => Array.from({ length: count }, (_, offset) => from + offset)
  return {
    shown: waves.map(({ size }, nth) => {
      const from = starts[nth] ?? 0
      return { devices: places(from, Math.min(size, shown)), reserves: places(from + size, shown) }
    }),
    waveSql: Prisma.sql`width_bucket(place, ${starts}::bigint[]) - 1`,
  }
}

async function readPools(tx: Tx, selection: Selection): Promise<number[]> {
  const rows = await tx.$queryRaw<{ pools: number[] | null }[]>`
    SELECT array_agg(pool::int ORDER BY place) AS pools FROM (${orderSql(selection)}) AS o`
  return rows[0]?.pools ?? []
}

function dealtByPool({ waves, spec }: Planned, pools: readonly number[]): DealtPlan {
  const dealt = dealWaves(pools, waves, spec.waves)
  const takes = takesFrom(waves, spec.waves)
  const first = (fits: (wave: number, place: number) => boolean) => {
    const places: number[] = []
    for (let place = 0; place < dealt.length && places.length < shown; place++) {
      const wave = dealt[place]
      if (wave != null && fits(wave, place)) places.push(place)
    }
    return places
  }
  return {
    shown: waves.map(({ index }) => ({
      devices: first((wave) => wave === index),
      reserves: first((wave, place) => wave > index && takes[index]?.has(pools[place] ?? 0) === true),
    })),
    waveSql: Prisma.sql`(${dealt}::int[])[place + 1]`,
  }
}
