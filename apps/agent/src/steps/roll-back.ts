import type { HostStatus } from '../bootc/host-status.ts'
import { log } from '../log.ts'
import type { Executor } from './executor.ts'
import { goDown } from './go-down.ts'

/** Leaves an unhealthy image. `bootc rollback` toggles, so it runs once, however often this is taken up again. */
export const rollBack: Executor<'roll-back'> = async (runtime) => {
  const { journal, memory, driver } = runtime
  const { attempt } = journal.current()
  if (attempt === null) return
  const { rollbackQueued } = memory.host
  const isQueued = wasQueued(attempt.queuedBefore, memory.host)
  if (!isQueued) {
    const noted = { ...attempt, queuedBefore: rollbackQueued }
    await journal.writeOrHold({ attempt: noted })
    log('rolling_back', { target: attempt.target, detail: attempt.detail })
    await driver.rollback()
    await journal.writeOrHold({ attempt: { ...noted, queued: true } })
  }
  await goDown(runtime)
}

/** By this agent, or by greenboot: another toggle would take it out of the queue again. */
function wasQueued(queuedBefore: boolean | undefined, { rollbackQueued, backend }: HostStatus): boolean {
  if (queuedBefore !== undefined) return queuedBefore !== rollbackQueued
  // Some bootc report it inverted, on the other backend alone.
  return backend === 'ostree' && rollbackQueued
}

/** After a fall-back by the boot loader: makes the image that runs the first one again. */
export const keepBooted: Executor<'keep-booted'> = async (runtime) => {
  log('keeping_booted_image')
  await runtime.driver.rollback()
}
