import type { Tx } from '@bootfleet/db'
import { ofKind, type Admitted } from './admit.ts'
import { tellChanges } from './tell-changes.ts'
import { writeLogs } from './write-logs.ts'
import { writeProgress } from './write-progress.ts'

/**
 * Keeps what is worth keeping of the messages that may be lost: logs that were asked for, and download progress. A log that
 * is whole is told to dashboards; progress is not, it would be told all the time.
 */
export async function writeTelemetry(
  tx: Tx,
  messages: readonly Admitted[],
  { now, newId }: { now: Date; newId: () => string },
): Promise<void> {
  const logs = ofKind(messages, 'tm/log')
  await writeProgress(tx, ofKind(messages, 'tm/progress'), now)
  const whole = await writeLogs(tx, logs, { now, newId })
  const refs = new Map(logs.map(({ facts }) => [facts.deviceId, facts]))
  const devices = [...refs.values()].filter(({ deviceId }) => whole.has(deviceId))
  if (devices.length > 0) await tellChanges(tx, { devices, rollouts: [] })
}
