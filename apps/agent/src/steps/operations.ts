import { HostError } from '../host/host-adapter.ts'
import { pause } from '../link/back-off.ts'
import { log, messageOf } from '../log.ts'
import { dropCollected, keepCollected, readCollected } from '../report/collected-log.ts'
import { composeLog } from '../report/compose-log.ts'
import type { Runtime } from '../runtime.ts'
import type { Executor } from './executor.ts'
import { goDown } from './go-down.ts'

// Four bytes of UTF-8 for each still fit into a document.
const chunkChars = 15 * 1024
const maxChunks = 16
const confirmMs = 30_000

/** Where the counts are lost, whatever is asked for now was done before: rather not at all than twice. */
export const adoptOps: Executor<'adopt-ops'> = async ({ journal, desired }) => {
  const { ops = {} } = desired.current()?.doc ?? {}
  await journal.write({ opsDone: { ...journal.current().opsDone, ...ops }, isLost: false })
  log('operations_adopted', { ...ops })
}

/** Counted as done before it is done: at most one reboot for each count. */
export const opReboot: Executor<'op-reboot'> = async (runtime, step) => {
  const { journal } = runtime
  await journal.write({ opsDone: { ...journal.current().opsDone, reboot: step.count } })
  log('reboot_on_demand', { count: step.count })
  await goDown(runtime)
}

export const opUnquarantine: Executor<'op-unquarantine'> = async (runtime, step) => {
  const { journal, memory } = runtime
  memory.retry = null
  await journal.write({ quarantined: [], opsDone: { ...journal.current().opsDone, unquarantine: step.count } })
  log('unquarantined', { count: step.count })
}

/** Counted as done once the other side has it: at least once, and what is sent again was collected when it was asked for. */
export const opCollectLogs: Executor<'op-collect-logs'> = async (runtime, { count }) => {
  const { journal, memory, outbox, platform } = runtime
  const { conn } = memory
  const parts = (await collectLog(runtime, count)).match(new RegExp(`[\\s\\S]{1,${chunkChars}}`, 'gu')) ?? ['']
  for (const [part, chunk] of parts.entries()) {
    const body = { op: count, part, last: part === parts.length - 1, text: chunk }
    if (!(await outbox.telemetry('tm/log', body))) throw cutOff()
    await pause(300)
  }
  // Parts are not acknowledged. The state is, and it goes the same way behind them.
  outbox.say((queue) => queue.repeatState())
  if (!(await outbox.flush(confirmMs)) || memory.conn !== conn) throw cutOff()
  await journal.write({ opsDone: { ...journal.current().opsDone, collectLogs: count } })
  await dropCollected(platform.state)
}

function cutOff(): HostError {
  const detail = 'the connection broke while logs were sent: they are sent again'
  return new HostError({ code: 'network', detail, retryable: true })
}

/** What an earlier process collected for this count, or what there is now; on the disk, where there is room. */
async function collectLog({ journal, memory, platform }: Runtime, count: number): Promise<string> {
  const kept = await readCollected(platform.state, count)
  if (kept !== undefined) return kept
  const text = composeLog(journal.current(), memory, await platform.machine.readLog().catch(messageOf))
  // Half of a surrogate pair, as the cut may leave it, is refused on the other side.
  const whole = Buffer.from(text.slice(-chunkChars * maxChunks)).toString()
  await keepCollected(platform.state, { count, text: whole })
  log('logs_collected', { count })
  return whole
}
