import { basename } from 'node:path'
import { log } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import { readOutOfService, writeOutOfService } from './service-record.ts'

/**
 * Undoes what the pre-reboot hooks did, on a healthy machine that is not about to reboot: after the boot, or when its grant
 * is gone. Hooks that fail are run again with the next health check.
 */
export async function returnToService({ platform, memory }: Runtime): Promise<void> {
  const { machine, state } = platform
  if (memory.grant !== null || memory.rebootAskedAt !== null) return
  const record = await readOutOfService(state)
  if (record === undefined) return
  const [reason = '', target = ''] = record.why.split(' ')
  for (const hook of await machine.findHooks('in-service')) {
    const { ok, output } = await machine.runHook(hook, { BOOTFLEET_REASON: reason, BOOTFLEET_TARGET: target })
    log('in_service_hook', { hook: basename(hook), ok, output })
    if (!ok) return
  }
  await writeOutOfService(state, null)
}
