import { commonPool, poolsOf, selectorPools, type PolicySpec } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { OperationError } from '../errors.ts'
import { eligibilitySql, type Selection } from './eligibility.ts'

/** What is wrong with a first wave that nobody is left for. */
export function firstWaveEmpty({ waves: [first] }: PolicySpec): string {
  const name = `Wave "${first?.name ?? ''}"`
  return first?.selector == null
    ? `${name} has nobody, so it would prove nothing: every device that can take part matches the selector of a later wave. Give it a selector of its own, or put it after them.`
    : `${name} takes devices that match ${first.selector}, and of those that can take part none does, so it would prove nothing. Change its selector, or label the devices that are to go first.`
}

/** Refuses a start whose first wave would be nobody's: merged away, it would be the canary that nobody was asked about. */
export async function refuseEmptyFirstWave(tx: Tx, selection: Selection, policy: PolicySpec): Promise<void> {
  if (selectorPools(policy.waves).length === 0) return
  const pool = poolsOf(policy.waves)[0] ?? commonPool
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM (${eligibilitySql(selection)}) AS e WHERE skip IS NULL AND pool = ${pool} LIMIT 1`
  if (rows.length === 0) throw new OperationError('conflict', firstWaveEmpty(policy), { reason: 'first_wave_empty' })
}
