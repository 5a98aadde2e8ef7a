import type { AgentError } from '@bootfleet/contracts'
import type { HostStatus } from './bootc/host-status.ts'
import { record } from './bootc/untrusted.ts'
import { HostError } from './host/host-adapter.ts'
import type { HostAdapter } from './host/host-adapter.ts'
import { log, messageOf } from './log.ts'
import type { Platform } from './platform.ts'
import type { Memory } from './runtime.ts'
import { readJson } from './store/store.ts'
import type { Store } from './store/store.ts'

const cacheName = 'status.json'
/** So many times in a row it may wait for its turn. */
const timeoutsUntilTold = 3

interface Observed {
  driver: Pick<HostAdapter, 'status'>
  memory: Memory
  platform: Pick<Platform, 'run'>
}

/**
 * Asks bootc what is booted and staged. While it does not answer (another process holds its lock, or it is broken) the
 * last answer stays, marked as old.
 */
export async function observeHost({ driver, memory, platform }: Observed): Promise<void> {
  try {
    memory.host = await driver.status()
    memory.hostIsFresh = true
    memory.statusError = undefined
    memory.statusTimeouts = 0
  } catch (error) {
    memory.hostIsFresh = false
    memory.statusError = statusErrorOf(error, memory)
    log('status_failed', { detail: messageOf(error) })
    return
  }
  await platform.run.write(cacheName, JSON.stringify(memory.host)).catch(() => undefined)
}

/** A status that only waits for its turn, behind another program that holds the lock, is no failure yet. */
function statusErrorOf(error: unknown, memory: Memory): AgentError | undefined {
  if (!(error instanceof HostError)) return { code: 'bootc_failed', detail: messageOf(error), retryable: true }
  const { code, detail } = error.failure
  memory.statusTimeouts = code === 'bootc_timeout' ? memory.statusTimeouts + 1 : 0
  if (memory.statusTimeouts > 0) return memory.statusTimeouts < timeoutsUntilTold ? undefined : silence
  return { code, detail: `bootc status: ${detail}`.slice(0, 1024), retryable: true }
}

const silence: AgentError = {
  code: 'bootc_timeout',
  detail: 'bootc status does not answer: look on this machine for another program that holds the lock of bootc',
  retryable: true,
}

/** What an earlier process of this boot learnt last: enough to say hello with while a pull of its still runs. */
export async function lastKnownHost(run: Store): Promise<HostStatus | undefined> {
  const known = record(await readJson(run, cacheName))
  const deployments = [known?.['booted'], known?.['staged'], known?.['rollback']]
  const isWhole = Array.isArray(known?.['others']) && deployments.every((entry) => entry === null || record(entry))
  return isWhole && typeof known?.['kind'] === 'string' ? (known as unknown as HostStatus) : undefined
}
