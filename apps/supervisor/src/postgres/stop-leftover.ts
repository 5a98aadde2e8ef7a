import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { commandOf } from '../process-command.ts'
import { StartError } from '../start-error.ts'

const patienceMs = 30_000

/**
 * Stops a server that a killed supervisor left on `directory`. The file of a server that is gone stays: PostgreSQL
 * learns from it which shared memory to check before it recovers. Only a process id that belongs to somebody else by
 * now is replaced, by our own, because PostgreSQL would take that process for a server and refuse to start.
 */
export async function stopLeftoverPostgres(directory: string): Promise<void> {
  const file = `${directory}/postmaster.pid`
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const pid = Number(text.split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 1) return
  const command = commandOf(pid)
  if (command === undefined) return
  if (isServerOf(directory, command)) return stopServer(directory, pid)
  await writeFile(file, text.replace(/^\d+/, String(process.pid)))
}

function isServerOf(directory: string, command: string | undefined): boolean {
  return command !== undefined && command.includes('postgres') && command.includes(directory)
}

async function stopServer(directory: string, pid: number): Promise<void> {
  // SIGINT is PostgreSQL's fast shutdown: sessions end, everything is written.
  process.kill(pid, 'SIGINT')
  const deadline = performance.now() + patienceMs
  while (isServerOf(directory, commandOf(pid))) {
    if (performance.now() > deadline) {
      throw new StartError(`A PostgreSQL of an earlier start does not stop. End it (kill ${pid}), then try again.`)
    }
    await delay(50)
  }
}
