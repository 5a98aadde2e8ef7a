import { log } from '../log.ts'
import type { Executor } from './executor.ts'

/** Gives back a grant that was not used, so that its slot is free for another device. */
export const returnGrant: Executor<'return-grant'> = async ({ desired, outbox, memory }, step) => {
  const current = desired.current()
  memory.grant = null
  log('grant_returned', { grant: step.grant, code: step.code })
  // One of an earlier connection has lapsed with it; returning it now could take back what the server gives anew.
  if (current === undefined || step.code === 'connection_lost') return
  const { doc, hash } = current
  const answer = { gen: doc.gen, hash, phase: 'grant_returned', grant: step.grant, code: step.code } as const
  outbox.say((queue) => queue.putAck(answer))
}
