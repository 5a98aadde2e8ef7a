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
    memory.step = plan(viewOf(runtime))
    runtime.report()
    if (memory.step.kind === 'idle') await control.waitForChange(memory.step.until)
    else await attemptStep(runtime, memory.step)
  }
}

/** Nothing is done in a boot that the disk does not know of: what it means for the attempt would be lost with the power. */
async function isBootRecorded(runtime: Runtime): Promise<boolean> {
  try {
    await recordBoot(runtime)
    return true
  } catch (error) {
    log('boot_not_recorded', { detail: messageOf(error) })
    return false
  }
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
