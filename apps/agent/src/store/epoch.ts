import { join } from 'node:path'
import { readOptional, writeDurable } from './durable-file.ts'

/** Counts this start of the agent, on disk before anything is sent, so that no two runs share an epoch. */
export async function nextEpoch(stateDir: string): Promise<number> {
  const path = join(stateDir, 'epoch')
  const last = Number.parseInt((await readOptional(path)) ?? '0', 10)
  const epoch = (Number.isSafeInteger(last) && last >= 0 ? last : 0) + 1
  await writeDurable(path, `${epoch}\n`)
  return epoch
}
