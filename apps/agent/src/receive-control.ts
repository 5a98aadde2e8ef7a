import type { Control, MessagePlace } from '@bootfleet/contracts'
import { log } from './log.ts'
import type { Runtime } from './runtime.ts'

/** What hints of the server may do to the parts of the agent that are not in the runtime. */
export interface ControlActions {
  setHeartbeat: (heartbeatSec: number) => void
  renew: () => void
  reconnect: (waitMs: number) => void
  /** Goes on beyond what the server knows, where the state of this device is older than that. */
  countOn: (known: MessagePlace) => Promise<void>
}

/** Follows one hint. Hints have no authority: none of them changes what the device should be. */
export async function receiveControl(runtime: Runtime, control: Control, actions: ControlActions): Promise<void> {
  const { outbox, bootLog } = runtime
  log('control', { kind: control.kind })
  switch (control.kind) {
    case 'poll':
      outbox.say((queue) => queue.greetAgain())
      break
    case 'resync':
      if (control.known !== undefined) await actions.countOn(control.known)
      await bootLog.forgetSeen()
      outbox.say((queue) => queue.repeatAll())
      break
    case 'seen':
      await bootLog.markSeen(control.bootKeys)
      break
    case 'heartbeat':
      actions.setHeartbeat(control.heartbeatSec)
      break
    case 'rotate':
      actions.renew()
      break
    case 'goaway':
      actions.reconnect(control.retryAfterSec * 1000)
      break
  }
}
