import { z } from 'zod'
import { log, messageOf } from '../log.ts'
import { readJson } from '../store/store.ts'
import type { Store } from '../store/store.ts'

const name = 'collected-log.json'
const Collected = z.object({ count: z.number(), text: z.string() })

/** The answer to one question for logs, until it is delivered: the machine may not have them any more after a reboot. */
export type Collected = z.infer<typeof Collected>

/** What was collected for this question and not delivered. What cannot be read is collected anew. */
export async function readCollected(state: Store, count: number): Promise<string | undefined> {
  const kept = Collected.safeParse(await readJson(state, name))
  return kept.success && kept.data.count === count ? kept.data.text : undefined
}

/** In the place of an older answer. A disk without room for it keeps nobody from sending it. */
export async function keepCollected(state: Store, collected: Collected): Promise<void> {
  await state.write(name, JSON.stringify(collected)).catch((error: unknown) => {
    log('logs_not_kept', { detail: messageOf(error) })
  })
}

/** Gives its room back. */
export async function dropCollected(state: Store): Promise<void> {
  await state.write(name, '{}\n')
}
