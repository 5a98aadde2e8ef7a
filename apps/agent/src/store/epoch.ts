import type { Store } from './store.ts'

const name = 'epoch'

/** Counts this start of the agent, on disk before anything is sent, so that no two runs share an epoch. */
export async function nextEpoch(state: Store): Promise<number> {
  const last = Number.parseInt((await state.read(name)) ?? '0', 10)
  const epoch = (Number.isSafeInteger(last) && last >= 0 ? last : 0) + 1
  await state.write(name, `${epoch}\n`)
  return epoch
}
