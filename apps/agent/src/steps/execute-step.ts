import type { Step } from '../plan/step.ts'
import type { Runtime } from '../runtime.ts'
import { lock, queueSlot, reboot, rebootAgain, unlock, unqueueSlot } from './apply.ts'
import { adoptOps, opCollectLogs, opReboot, opUnquarantine } from './operations.ts'
import { returnGrant } from './return-grant.ts'
import { keepBooted, rollBack } from './roll-back.ts'
import { dropStaged, stage } from './stage.ts'
import { verify } from './verify.ts'
import { leaveService } from '../hooks/leave-service.ts'

/** Runs the one executor of a step. Idle is no step: it is waited for. */
export async function executeStep(runtime: Runtime, step: Exclude<Step, { kind: 'idle' }>): Promise<void> {
  // Whatever took time to prepare is decided on again with what is true then.
  if (await leaveService(runtime, step)) return
  switch (step.kind) {
    case 'stage':
      return stage(runtime, step)
    case 'drop-staged':
      return dropStaged(runtime, step)
    case 'lock':
      return lock(runtime, step)
    case 'unlock':
      return unlock(runtime, step)
    case 'queue-slot':
      return queueSlot(runtime, step)
    case 'unqueue-slot':
      return unqueueSlot(runtime, step)
    case 'reboot':
      return reboot(runtime, step)
    case 'reboot-again':
      return rebootAgain(runtime, step)
    case 'roll-back':
      return rollBack(runtime, step)
    case 'keep-booted':
      return keepBooted(runtime, step)
    case 'verify':
      return verify(runtime, step)
    case 'return-grant':
      return returnGrant(runtime, step)
    case 'adopt-ops':
      return adoptOps(runtime, step)
    case 'op-reboot':
      return opReboot(runtime, step)
    case 'op-unquarantine':
      return opUnquarantine(runtime, step)
    case 'op-collect-logs':
      return opCollectLogs(runtime, step)
  }
}
