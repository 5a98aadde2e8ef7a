import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { log, messageOf } from './log.ts'
import { readOptional } from './store/durable-file.ts'

/**
 * Notes in the run directory which process is the agent there. Throws when another one is, and lives: two of them would
 * write the same files and put each other off the server. What a process that is gone left behind counts for nothing.
 */
export async function claimMachine(runDir: string): Promise<void> {
  const file = join(runDir, 'agent.pid')
  const [pid = '', ...started] = ((await readOptional(file)) ?? '').trim().split(' ')
  const other = Number(pid)
  if (other > 0 && other !== process.pid && started.join(' ') === ((await startOf(other)) ?? 'gone')) {
    throw new Error(`another agent runs on this machine: process ${other}, by ${file}. Stop one of the two`)
  }
  try {
    await writeFile(file, `${process.pid} ${(await startOf(process.pid)) ?? ''}\n`, { mode: 0o600 })
  } catch (error) {
    // Better two agents than none.
    log('claim_failed', { detail: messageOf(error) })
  }
}

/** When a process was started, in the kernel's ticks: another one may have its number by now. Undefined when it is gone. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name of the program is in parentheses and may hold anything; then state (3rd) to start time (22nd).
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : fields[18]
}
