import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { commandOf } from './process-command.ts'

/** The processes that this supervisor started, kept in a file so that the next one can end what a crash left. */
export class Running {
  readonly #file: string
  readonly #pids: Record<string, number> = {}

  constructor(file: string) {
    this.#file = file
  }

  /** Remembers the process of a part, or that it has none. */
  set(name: string, pid: number | undefined): void {
    if (pid === undefined) delete this.#pids[name]
    else this.#pids[name] = pid
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#pids), { mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
  }

  clear(): void {
    rmSync(this.#file, { force: true })
  }
}

const patienceMs = 15_000

/**
 * Ends the processes that a killed supervisor left. They notice by themselves that they are alone; this waits for it,
 * and kills the ones that do not. PostgreSQL is not among them: its data says how it is to be stopped.
 */
export async function stopLeftovers(file: string, root: string): Promise<void> {
  const leftovers = Object.entries(readPids(file)).filter(([name]) => name !== 'postgres')
  const isOurs = (pid: number) => commandOf(pid)?.includes(`${root}/apps/`) ?? false
  const alive = () => leftovers.filter(([, pid]) => isOurs(pid))
  for (const [, pid] of alive()) send(pid, 'SIGTERM')
  const deadline = performance.now() + patienceMs
  while (alive().length > 0 && performance.now() < deadline) await delay(50)
  for (const [, pid] of alive()) send(pid, 'SIGKILL')
  rmSync(file, { force: true })
}

function readPids(file: string): Record<string, number> {
  try {
    const pids = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    return Object.fromEntries(
      Object.entries(pids).flatMap(([name, pid]) => (typeof pid === 'number' && pid > 1 ? [[name, pid]] : [])),
    )
  } catch {
    return {}
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended in between.
  }
}
