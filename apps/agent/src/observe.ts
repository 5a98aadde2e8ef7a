import type { HostStatus } from './bootc/host-status.ts'
import { log, messageOf } from './log.ts'
import type { Runtime } from './runtime.ts'
import { readJson } from './store/store.ts'
import type { Store } from './store/store.ts'

const cacheName = 'status.json'

/**
 * Asks bootc what is booted and staged. While it does not answer (another process holds its lock, or it is broken) the
 * last answer stays, marked as old.
 */
export async function observeHost({
  driver,
  memory,
  platform,
}: Pick<Runtime, 'driver' | 'memory' | 'platform'>): Promise<void> {
  try {
    memory.host = await driver.status()
    memory.hostIsFresh = true
  } catch (error) {
    memory.hostIsFresh = driver.capabilities.version === undefined
    if (driver.capabilities.version !== undefined) log('status_failed', { detail: messageOf(error) })
    return
  }
  await platform.run.write(cacheName, JSON.stringify(memory.host)).catch(() => undefined)
}

/** What an earlier process of this boot learnt last: enough to say hello with while a pull of its still runs. */
export async function lastKnownHost(run: Store): Promise<HostStatus | undefined> {
  return (await readJson(run, cacheName)) as HostStatus | undefined
}
