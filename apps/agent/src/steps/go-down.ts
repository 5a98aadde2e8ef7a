import { readClock } from '../clock.ts'
import { log } from '../log.ts'
import type { Runtime } from '../runtime.ts'

const lastWordsMs = 3000

/** Says so, briefly, and reboots. What has to survive is in the journal by now. */
export async function goDown(runtime: Runtime): Promise<void> {
  const { outbox, memory } = runtime
  runtime.report()
  outbox.say((queue) => queue.putGoodbye({ online: false, why: 'reboot' }))
  await outbox.flush(lastWordsMs)
  log('rebooting')
  await runtime.platform.machine.requestReboot()
  memory.rebootAskedAt = readClock().mono
}
