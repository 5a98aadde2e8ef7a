import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

const maxOutput = 256 * 1024
/** For what is still on its way when a program has ended. */
const graceMs = 2000

export interface CommandOptions {
  timeoutMs: number
  signal?: AbortSignal
}

/** How a command ended. `code` is null when it was killed, by `signal`; `stdout` and `stderr` are the last 256 KiB. */
export interface CommandResult {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  timedOut: boolean
  /** The program does not exist. */
  missing: boolean
}

/**
 * Runs a program in a process group of its own, and kills the whole group on timeout or abort: bootc starts itself anew
 * and has children. Its own exit decides: what it leaves behind in its group is not waited for, and killed. What has made
 * a session of its own is out of reach; it ends with the unit of the agent. Never rejects.
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const result: CommandResult = { code: null, signal: null, stdout: '', stderr: '', timedOut: false, missing: false }
    const keep = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      result[stream] = (result[stream] + chunk.toString('utf8')).slice(-maxOutput)
    }
    child.stdout.on('data', keep('stdout'))
    child.stderr.on('data', keep('stderr'))
    const kill = (): void => killGroup(child)
    const end = (): void => {
      kill()
      closePipes(child)
    }
    const deadline = setTimeout(() => {
      result.timedOut = true
      end()
    }, options.timeoutMs)
    options.signal?.addEventListener('abort', kill, { once: true })
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      kill()
      clearTimeout(deadline)
      options.signal?.removeEventListener('abort', kill)
      resolve({ ...result, code, signal })
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      result.missing = error.code === 'ENOENT'
      result.stderr += error.message
      settle(null, null)
    })
    child.once('close', settle)
    child.once('exit', () => {
      clearTimeout(deadline)
      // What the program left behind may hold its pipes for long.
      const grace = setTimeout(end, graceMs)
      child.once('close', () => clearTimeout(grace))
    })
  })
}

function closePipes({ stdout, stderr }: ChildProcess): void {
  stdout?.destroy()
  stderr?.destroy()
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
