import { log } from '../log.ts'
import { attemptFor, failedBefore, wantsSoftReboot } from './attempt.ts'
import type { Executor } from './executor.ts'
import { goDown } from './go-down.ts'

/** Makes the staged image the next one to boot. The journal says so first. */
export const unlock: Executor<'unlock'> = async (runtime) => {
  const attempt = attemptFor(runtime, 'stage')
  await runtime.journal.write({ attempt: { ...attempt, phase: 'rebooting', ...(await failedBefore(runtime)) } })
  log('unlocking', { target: attempt.target })
  await runtime.driver.unlock({ softReboot: wantsSoftReboot(runtime) })
}

/** Makes the rollback slot the next one to boot, because the target is in it. */
export const queueSlot: Executor<'queue-slot'> = async (runtime) => {
  const { queued: _queued, ...attempt } = attemptFor(runtime, 'slot')
  const queuedBefore = runtime.memory.host.rollbackQueued
  const rebooting = { ...attempt, phase: 'rebooting' as const, queuedBefore, ...(await failedBefore(runtime)) }
  await runtime.journal.write({ attempt: rebooting })
  log('queueing_rollback_slot', { target: attempt.target })
  await runtime.driver.rollback()
  await runtime.journal.write({ attempt: { ...rebooting, queued: true } })
}

/** Takes the rollback slot out of the queue again: its grant is gone. */
export const unqueueSlot: Executor<'unqueue-slot'> = async ({ journal, driver }) => {
  const { attempt } = journal.current()
  if (attempt === null) return
  // First: a power cut right after the toggle must not look as if the target had been booted and left.
  const { queued: _queued, ...unqueued } = attempt
  await journal.write({ attempt: unqueued })
  await driver.rollback()
  log('unqueued_rollback_slot')
  await journal.write({ attempt: null })
}

/** Locks what is staged, so that no reboot applies it. */
export const lock: Executor<'lock'> = async (runtime) => {
  await runtime.driver.lock()
  log('locked_staged')
  const { attempt } = runtime.journal.current()
  if (attempt?.phase === 'rebooting') await runtime.journal.write({ attempt: { ...attempt, phase: 'staged' } })
}

/** The point of no return: from here on the outcome is read from the next boot. */
export const reboot: Executor<'reboot'> = async (runtime) => {
  const { journal } = runtime
  const { attempt: known } = journal.current()
  const attempt = attemptFor(runtime, known?.via === 'slot' && known.queued === true ? 'slot' : 'stage')
  const failed = attempt.failedUnits === undefined ? await failedBefore(runtime) : {}
  await journal.write({ attempt: { ...attempt, phase: 'rebooting', ...failed } })
  await goDown(runtime)
}

export const rebootAgain: Executor<'reboot-again'> = goDown
