import type { Because } from '@bootfleet/contracts'
import type { PlannedWave, PolicySpec } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { selectorSql } from '../device/selector-sql.ts'
import { eligibilitySql, type Selection } from './eligibility.ts'
import { firstWaveEmpty } from './first-wave.ts'

interface Planned {
  readonly spec: PolicySpec
  readonly waves: readonly PlannedWave[]
  readonly inPools: ReadonlyMap<number, number>
}

/** Warns of a first wave without a device, of selectors that nobody matches, and of devices that match several. */
export async function warnOfSelectors(tx: Tx, selection: Selection, planned: Planned): Promise<Because[]> {
  const { pools = [] } = selection
  if (pools.length === 0) return []
  const { spec, waves, inPools } = planned
  const first = waves[0]?.size === 0
  const matching = await countMatching(tx, selection)
  const warnings = pools.flatMap(({ pool, selector }, place) => {
    const devices = matching[place] ?? 0
    const elsewhere = devices - (inPools.get(pool) ?? 0)
    const wave = spec.waves[pool]?.name ?? ''
    if (devices === 0 && pool !== 0) return [nobodyMatches(wave, selector)]
    return elsewhere > 0 ? [overlap({ wave, selector, devices, elsewhere })] : []
  })
  return first ? [{ code: 'preview.first_wave_empty', message: firstWaveEmpty(spec) }, ...warnings] : warnings
}

// One reading for all of them; a device counts for each selector that it matches.
async function countMatching(tx: Tx, selection: Selection): Promise<number[]> {
  const { pools = [] } = selection
  const counts = pools.map(({ selector }) => Prisma.sql`count(*) FILTER (WHERE ${selectorSql(selector)})::int`)
  const rows = await tx.$queryRaw<{ matching: number[] }[]>`
    SELECT ARRAY[${Prisma.join(counts)}] AS matching
    FROM (${eligibilitySql(selection)}) AS e JOIN device d ON d.id = e.device_id WHERE e.skip IS NULL`
  return rows[0]?.matching ?? []
}

function nobodyMatches(wave: string, selector: string): Because {
  const message = `No device that can take part matches ${selector}, the selector of wave "${wave}".`
  return { code: 'preview.nobody_matches', message, name: wave, selector }
}

interface Overlap {
  readonly wave: string
  readonly selector: string
  readonly devices: number
  readonly elsewhere: number
}

function overlap({ wave, selector, devices, elsewhere }: Overlap): Because {
  const message = `Of ${devices} devices that match ${selector}, the selector of wave "${wave}", ${elsewhere} match the one of an earlier wave as well: they belong there, and what that wave leaves comes with the waves without a selector.`
  return { code: 'preview.selectors_overlap', message, name: wave, selector, devices, elsewhere }
}
