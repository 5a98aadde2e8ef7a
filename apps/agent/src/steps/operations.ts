import { composeLog } from '../report/compose-log.ts'
import { log, messageOf } from '../log.ts'
import { pause } from '../link/back-off.ts'
import type { Executor } from './executor.ts'
import { goDown } from './go-down.ts'

// Four bytes of UTF-8 for each still fit into a document.
const chunkChars = 15 * 1024
const maxChunks = 16

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

/** Counted as done after it is done: at least once. */
export const opCollectLogs: Executor<'op-collect-logs'> = async (runtime, step) => {
  const { journal, memory, outbox, platform } = runtime
  const text = composeLog(journal.current(), memory, await platform.machine.readLog().catch(messageOf))
  // Half of a surrogate pair, as the cut may leave it, is refused on the other side.
  const sent = Buffer.from(text.slice(-chunkChars * maxChunks)).toString()
  const parts = sent.match(new RegExp(`[\\s\\S]{1,${chunkChars}}`, 'gu')) ?? ['']
  for (const [part, chunk] of parts.entries()) {
    await outbox.telemetry('tm/log', { op: step.count, part, last: part === parts.length - 1, text: chunk })
    await pause(300)
  }
  await journal.write({ opsDone: { ...journal.current().opsDone, collectLogs: step.count } })
}
