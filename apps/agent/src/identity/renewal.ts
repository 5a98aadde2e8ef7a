import { pause } from '../link/back-off.ts'
import { log, messageOf } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { Identity } from './identity.ts'
import { isRenewalDue, renewCertificate } from './renew.ts'

const lookEveryMs = 60 * 60_000

/** Holds the identity in force, and renews its certificate in time. */
export interface Renewal {
  identity: () => Identity
  renew: () => Promise<void>
  /** Until the signal is aborted. */
  run: (signal: AbortSignal) => Promise<void>
}

export function createRenewal(state: Store, enrolled: Identity, onRenewed: () => void): Renewal {
  let identity = enrolled

  async function renew(): Promise<void> {
    try {
      identity = await renewCertificate(state, identity)
      onRenewed()
    } catch (error) {
      log('renewal_failed', { detail: messageOf(error), remedy: 'it is tried again each hour' })
    }
  }

  return {
    identity: () => identity,
    renew,
    run: async (signal) => {
      while (!signal.aborted) {
        if (isRenewalDue(identity.certificate, Date.now())) await renew()
        await pause(lookEveryMs, signal)
      }
    },
  }
}
