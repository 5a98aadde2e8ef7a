import { readJson } from '../store/store.ts'
import type { Store } from '../store/store.ts'

const name = 'out-of-service.json'

/** Pre-reboot hooks were run, so that the machine may be out of service until its in-service hooks have run. */
export interface OutOfService {
  /** What for: `update <digest>`, `reboot <count>` or `rollback <digest>`. */
  why: string
  /** All hooks agreed. */
  ready: boolean
}

/** Outlives the reboot that it is about. Undefined while the machine is in service. */
export async function readOutOfService(state: Store): Promise<OutOfService | undefined> {
  const stored = (await readJson(state, name)) as Partial<OutOfService> | null | undefined
  return typeof stored?.why === 'string' ? { why: stored.why, ready: stored.ready === true } : undefined
}

export async function writeOutOfService(state: Store, record: OutOfService | null): Promise<void> {
  await state.write(name, `${JSON.stringify(record)}\n`)
}
