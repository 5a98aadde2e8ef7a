import { log } from '../log.ts'
import type { Executor } from './executor.ts'
import { goDown } from './go-down.ts'

/** Leaves an unhealthy image. `bootc rollback` toggles, so it runs once, however often this is taken up again. */
export const rollBack: Executor<'roll-back'> = async (runtime) => {
  const { journal, memory, driver } = runtime
  const { attempt } = journal.current()
  if (attempt === null) return
  const { rollbackQueued } = memory.host
  const isQueued = attempt.queuedBefore !== undefined && attempt.queuedBefore !== rollbackQueued
  if (!isQueued) {
    const noted = { ...attempt, queuedBefore: rollbackQueued }
    await journal.write({ attempt: noted })
    log('rolling_back', { target: attempt.target, detail: attempt.detail })
    await driver.rollback()
    await journal.write({ attempt: { ...noted, queued: true } })
  }
  await goDown(runtime)
}

/** After a fall-back by the boot loader: makes the image that runs the first one again. */
export const keepBooted: Executor<'keep-booted'> = async (runtime) => {
  log('keeping_booted_image')
  await runtime.driver.rollback()
}
