import { maxEpoch } from '@bootfleet/contracts'
import { log } from '../log.ts'
import { readOrLog } from './store.ts'
import type { Store } from './store.ts'

const name = 'epoch'

/** Counts this start of the agent, on disk before anything is sent, so that no two runs share an epoch. */
export async function nextEpoch(state: Store): Promise<number> {
  return writeEpoch(state, (await lastEpoch(state)) + 1)
}

/** Goes on with the next number, on disk first. */
export async function writeEpoch(state: Store, epoch: number): Promise<number> {
  await state.write(name, `${epoch}\n`)
  return epoch
}

/** The epoch of the newest start; 0 where none is known. */
export async function lastEpoch(state: Store): Promise<number> {
  return lastOf(await readOrLog(state, name))
}

/** Of what cannot be a count of starts nothing is known: the server tells where it is. */
function lastOf(text: string | undefined): number {
  if (text === undefined) return 0
  const last = /^\d{1,10}\s*$/.test(text) ? Number(text) : Number.NaN
  if (last < maxEpoch) return last
  log('epoch_lost', { remedy: 'the starts are counted anew, and the server tells from where' })
  return 0
}
