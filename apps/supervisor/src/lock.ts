import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { commandOf } from './process-command.ts'
import { StartError, systemCode } from './start-error.ts'

/** One supervisor a data folder. The file names the process; one whose process is gone may be taken over. */
export interface Lock {
  /** Whether an earlier supervisor ended without releasing it, so that its children may still be there. */
  readonly tookOver: boolean
  release(): Promise<void>
}

export interface LockOptions {
  readonly pid?: number
  /** The command line of a process, or undefined when there is no such process. */
  readonly commandOf?: (pid: number) => string | undefined
}

/** Takes the lock at `path`. Throws StartError that names the process that has it. */
export async function takeLock(path: string, options: LockOptions = {}): Promise<Lock> {
  const pid = options.pid ?? process.pid
  const look = options.commandOf ?? commandOf
  let tookOver = false
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await claim(path, pid)) return { tookOver, release: () => release(path, pid) }
    const holder = await readHolder(path)
    if (holder !== undefined && holder !== pid && isSupervisor(look(holder))) throw inUse(path, holder)
    tookOver = true
    await removeStale(path, { holder, pid })
  }
  throw new StartError(`${path} changes all the time: is another bootfleet starting on this folder? Try again.`)
}

function inUse(path: string, holder: number): StartError {
  const folder = path.replace(/[\\/][^\\/]*$/, '')
  return new StartError(
    `bootfleet already runs on ${folder} (process ${holder}). Stop it first (kill ${holder}), or set BOOTFLEET_DATA to another folder.`,
  )
}

// A process id is given again after a while, to anybody.
function isSupervisor(command: string | undefined): boolean {
  return command !== undefined && /supervisor[\\/](start\.mjs|dist)/.test(command)
}

// The file appears with its content: a draft is linked to its place, which fails when the place is taken.
async function claim(path: string, pid: number): Promise<boolean> {
  const draft = `${path}.${pid}`
  await writeFile(draft, `${pid}\n`, { mode: 0o600 })
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

// Moved aside first: if another process took the place over in between, it gets it back.
async function removeStale(path: string, { holder, pid }: { holder: number | undefined; pid: number }): Promise<void> {
  const aside = `${path}.stale.${pid}`
  try {
    await rename(path, aside)
    if ((await readHolder(aside)) !== holder) await link(aside, path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'EEXIST') throw error
  } finally {
    await rm(aside, { force: true })
  }
}

async function readHolder(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return /^\d+\n$/.test(text) ? Number(text) : undefined
}

async function release(path: string, pid: number): Promise<void> {
  if ((await readHolder(path)) === pid) await rm(path, { force: true })
}
