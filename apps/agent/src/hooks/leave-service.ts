import { basename } from 'node:path'
import { digestOfRef } from '../bootc/host-status.ts'
import { HostError } from '../host/host-adapter.ts'
import { log } from '../log.ts'
import type { Step } from '../plan/step.ts'
import type { Runtime } from '../runtime.ts'
import { awaitUsers } from '../session/await-users.ts'
import { readOutOfService, writeOutOfService } from './service-record.ts'

/**
 * Before the steps that lead to a reboot: lets people who work here finish, and has the machine's own hooks stop what runs on
 * it. Throws `user_session` or `hook_refused`, to be tried again as long as the grant lasts. A roll-back asks nobody: the
 * hooks run, and cannot refuse. True when hooks have run now, which may have taken long.
 */
export async function leaveService(runtime: Runtime, step: Step): Promise<boolean> {
  const why = purposeOf(runtime, step)
  if (why === undefined) return false
  const { machine, state } = runtime.platform
  const isForced = why.startsWith('rollback')
  const before = await readOutOfService(state)
  if (before?.ready === true && before.why === why) return false
  if (!isForced) await awaitUsers(runtime, why)
  const hooks = await machine.findHooks('pre-reboot')
  if (hooks.length === 0) return false
  const isNoted = async (ready: boolean): Promise<boolean> => {
    try {
      await writeOutOfService(state, { why, ready })
      return true
    } catch (error) {
      // A roll-back does not wait for room on the disk.
      if (!isForced) throw error
      return false
    }
  }
  await isNoted(false)
  for (const hook of hooks) await runOne(runtime, { hook, why, isForced })
  // Where nobody knows that they have run, the step comes at once: decided again, it would run them again.
  return isNoted(true)
}

async function runOne(
  { platform }: Runtime,
  { hook, why, isForced }: { hook: string; why: string; isForced: boolean },
): Promise<void> {
  const [reason = '', target = ''] = why.split(' ')
  const { ok, output } = await platform.machine.runHook(hook, { BOOTFLEET_REASON: reason, BOOTFLEET_TARGET: target })
  log('pre_reboot_hook', { hook: basename(hook), ok, output })
  if (ok || isForced) return
  const detail = `${basename(hook)} does not let this machine reboot: ${output || 'it said nothing'}`
  throw new HostError({ code: 'hook_refused', detail, retryable: true })
}

/** What the machine goes down for; undefined for steps that do not lead there. */
function purposeOf({ desired, journal }: Runtime, step: Step): string | undefined {
  switch (step.kind) {
    case 'unlock':
    case 'queue-slot':
    case 'reboot':
      return `update ${digestOfRef(desired.current()?.doc.image?.ref) ?? ''}`
    case 'op-reboot':
      return `reboot ${step.count}`
    case 'roll-back':
      return `rollback ${journal.current().attempt?.from.digest ?? ''}`
    default:
      return undefined
  }
}
