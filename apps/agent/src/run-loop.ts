import type { BootcFailure } from './bootc/classify-error.ts'
import { digestOfRef } from './bootc/host-status.ts'
import { readClock } from './clock.ts'
import { HostError } from './host/host-adapter.ts'
import { log, messageOf } from './log.ts'
import { observeHost } from './observe.ts'
import { plan } from './plan/plan.ts'
import { stepKey } from './plan/step.ts'
import type { Step } from './plan/step.ts'
import { recordBoot } from './record-boot.ts'
import { viewOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { isDiskFull } from './store/durable-file.ts'
import { executeStep } from './steps/execute-step.ts'

const maxFailuresCounted = 6
const retryFactor = 5
const goesOnWithoutRoom = new Set<Step['kind']>(['verify', 'roll-back', 'keep-booted', 'reboot-again'])

/** Look, plan, do one step, report, and wait for a change or a deadline; until the signal is aborted. */
export async function runLoop(
  runtime: Runtime,
  control: { signal: AbortSignal; waitForChange: (until: number | undefined) => Promise<void> },
): Promise<void> {
  const { memory, platform } = runtime
  while (!control.signal.aborted) {
    if (memory.rebootAskedAt === null) await observeHost(runtime)
    if (memory.hostIsFresh && !(await isBootRecorded(runtime))) {
      await control.waitForChange(readClock().mono + platform.retryBaseMs * retryFactor)
      continue
    }
    memory.step = withoutRoom(runtime, plan(viewOf(runtime)))
    runtime.report()
    if (memory.step.kind === 'idle') await control.waitForChange(memory.step.until)
    else await attemptStep(runtime, memory.step)
  }
}

/** Whether it is known what this boot means for the attempt: on the disk, or in memory where the disk is full. */
async function isBootRecorded(runtime: Runtime): Promise<boolean> {
  const { journal, bootLog } = runtime
  try {
    await recordBoot(runtime)
    if (!journal.isHeld()) return true
    await bootLog.save()
    await journal.write({})
    runtime.memory.error = undefined
    return true
  } catch (error) {
    log('boot_not_recorded', { detail: messageOf(error) })
    if (!journal.isHeld()) return false
    runtime.memory.error = { code: 'disk_full', detail: messageOf(error), retryable: true }
    return true
  }
}

/**
 * What the disk does not know would be lost with the power: without room only that is done which leads away from a bad
 * image, and which the next process would decide on again.
 */
function withoutRoom({ journal, platform }: Runtime, step: Step): Step {
  if (!journal.isHeld() || (step.kind !== 'idle' && goesOnWithoutRoom.has(step.kind))) return step
  const until = readClock().mono + platform.retryBaseMs * retryFactor
  if (step.kind === 'idle') return { ...step, until: Math.min(step.until ?? until, until) }
  return { kind: 'idle', because: 'the disk is full: waiting for room', until }
}

async function attemptStep(runtime: Runtime, step: Exclude<Step, { kind: 'idle' }>): Promise<void> {
  const { memory } = runtime
  try {
    await executeStep(runtime, step)
    if (memory.retry?.step === stepKey(step)) {
      memory.retry = null
      memory.error = undefined
    }
    if (step.kind === 'stage') memory.error = undefined
  } catch (error) {
    noteFailure(runtime, step, error)
  }
}

function noteFailure({ memory, desired, platform }: Runtime, step: Step, error: unknown): void {
  const failure = failureOf(error)
  const key = stepKey(step)
  const failures = memory.retry?.step === key ? memory.retry.failures + 1 : 1
  const waitMs = platform.retryBaseMs * retryFactor * 2 ** Math.min(failures - 1, maxFailuresCounted)
  const notBefore = failure.retryable ? readClock().mono + waitMs : null
  memory.retry = { step: key, gen: desired.current()?.doc.gen ?? 0, notBefore, failures }
  const digest = 'ref' in step ? digestOfRef(step.ref) : undefined
  const { code, detail, retryable } = failure
  memory.error = { code, detail: detail.slice(0, 1024), retryable, ...(digest !== undefined && { digest }) }
  if (!failure.retryable && memory.grant !== null) memory.grant = { ...memory.grant, recalled: true }
  log('step_failed', {
    step: step.kind,
    code: failure.code,
    detail: failure.detail,
    waitMs: failure.retryable ? waitMs : null,
    said: failure.raw,
  })
}

function failureOf(error: unknown): BootcFailure {
  if (error instanceof HostError) return error.failure
  const code = isDiskFull(error) ? 'disk_full' : 'bootc_failed'
  return { code, detail: messageOf(error), retryable: true }
}
