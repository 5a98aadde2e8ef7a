import { join } from 'node:path'
import type { HostStatus } from './bootc/host-status.ts'
import { log, messageOf } from './log.ts'
import type { Runtime } from './runtime.ts'
import { readOptionalJson, writeDurable } from './store/durable-file.ts'

/**
 * Asks bootc what is booted and staged. While it does not answer (another process holds its lock, or it is broken) the
 * last answer stays, marked as old.
 */
export async function observeHost({
  driver,
  memory,
  config,
}: Pick<Runtime, 'driver' | 'memory' | 'config'>): Promise<void> {
  try {
    memory.host = await driver.status()
    memory.hostIsFresh = true
  } catch (error) {
    memory.hostIsFresh = driver.capabilities.version === undefined
    if (driver.capabilities.version !== undefined) log('status_failed', { detail: messageOf(error) })
    return
  }
  await writeDurable(cachePath(config.runDir), JSON.stringify(memory.host)).catch(() => undefined)
}

/** What an earlier process of this boot learnt last: enough to say hello with while a pull of its still runs. */
export async function lastKnownHost(runDir: string): Promise<HostStatus | undefined> {
  return (await readOptionalJson(cachePath(runDir))) as HostStatus | undefined
}

function cachePath(runDir: string): string {
  return join(runDir, 'status.json')
}
