import type { AgentError } from '@bootfleet/contracts'
import type { HostStatus } from './bootc/host-status.ts'
import { record } from './bootc/untrusted.ts'
import { HostError } from './host/host-adapter.ts'
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
    memory.statusError = undefined
  } catch (error) {
    memory.hostIsFresh = false
    memory.statusError = statusErrorOf(error)
    log('status_failed', { detail: messageOf(error) })
    return
  }
  await platform.run.write(cacheName, JSON.stringify(memory.host)).catch(() => undefined)
}

/** A status that only waits for its turn, behind another program that holds the lock, is no failure yet. */
function statusErrorOf(error: unknown): AgentError | undefined {
  if (!(error instanceof HostError)) return { code: 'bootc_failed', detail: messageOf(error), retryable: true }
  const { code, detail } = error.failure
  if (code === 'bootc_timeout') return undefined
  return { code, detail: `bootc status: ${detail}`.slice(0, 1024), retryable: true }
}

/** What an earlier process of this boot learnt last: enough to say hello with while a pull of its still runs. */
export async function lastKnownHost(run: Store): Promise<HostStatus | undefined> {
  const known = record(await readJson(run, cacheName))
  const deployments = [known?.['booted'], known?.['staged'], known?.['rollback']]
  const isWhole = Array.isArray(known?.['others']) && deployments.every((entry) => entry === null || record(entry))
  return isWhole && typeof known?.['kind'] === 'string' ? (known as unknown as HostStatus) : undefined
}
