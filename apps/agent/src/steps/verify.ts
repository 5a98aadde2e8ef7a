import { readClock } from '../clock.ts'
import { judgeHealth } from '../health/judge-health.ts'
import { returnToService } from '../hooks/return-to-service.ts'
import { log } from '../log.ts'
import { orHold } from '../record-boot.ts'
import type { Executor } from './executor.ts'

const recheckFactor = 60
const retryFactor = 2

/** One round of health checks. */
export const verify: Executor<'verify'> = async (runtime) => {
  const { platform, desired, journal, memory, bootLog, outbox } = runtime
  const before = journal.current()
  const units = desired.current()?.doc.apply.healthUnits ?? []
  const round = await platform.machine.runChecks({ baseline: before.failedUnits, units })
  const { failed } = round
  const { mono } = readClock()
  const canRollBack = memory.host.rollback !== null
  const { health, attempt, concluded } = judgeHealth(before, { ...round, mono, canRollBack })
  if (JSON.stringify([health, attempt]) !== JSON.stringify([before.health, before.attempt])) {
    await journal.writeOrHold({ health, attempt })
  }
  if (concluded) {
    log('health', { status: health.status, failed: failed.map(({ check }) => check).join(', ') })
    const names = failed.map(({ check }) => check)
    const durationMs = platform.machine.uptimeMs()
    const status = health.status === 'healthy' ? 'healthy' : 'unhealthy'
    await orHold(runtime, bootLog.conclude({ health: status, failed: names, durationMs }))
    outbox.say(() => undefined)
  }
  if (health.status === 'healthy') await returnToService(runtime)
  memory.nextCheckAt = mono + platform.retryBaseMs * (health.status === 'checking' ? retryFactor : recheckFactor)
}
