import { maxEpoch } from '@bootfleet/contracts'
import type { MessagePlace } from '@bootfleet/contracts'
import { log } from '../log.ts'
import { writeEpoch } from '../store/epoch.ts'
import type { Store } from '../store/store.ts'
import type { Enveloper } from './enveloper.ts'

/**
 * Goes on beyond the newest place in this device's order that the server knows, on disk first. Never goes back: what is
 * not beyond all that this run has said yet, this run or one before it has said itself. Throws when it cannot be written.
 */
export async function countOn(state: Store, enveloper: Enveloper, known: MessagePlace): Promise<void> {
  const own = enveloper.last()
  if (known.epoch < own.epoch || (known.epoch === own.epoch && known.seq <= own.seq)) return
  if (known.epoch >= maxEpoch) {
    const remedy = 'the server takes nothing new from this device: remove identity.json and key.pem, and enroll it anew'
    log('epoch_exhausted', { remedy })
    return
  }
  const epoch = await writeEpoch(state, known.epoch + 1)
  enveloper.begin(epoch)
  log('state_restored', {
    epoch,
    was: own.epoch,
    known: known.epoch,
    detail:
      'the server has later messages of this machine than its state tells of: it was restored from an older copy or lost, ' +
      'or a second machine has its identity',
  })
}
