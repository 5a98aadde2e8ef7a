import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

const maxOutput = 256 * 1024
const leftBehindMs = 5000

export interface CommandOptions {
  timeoutMs: number
  signal?: AbortSignal
}

/** How a command ended. `code` is null when it was killed; `stdout` and `stderr` are the last 256 KiB. */
export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
  timedOut: boolean
  /** The program does not exist. */
  missing: boolean
}

/**
 * Runs a program in a process group of its own, and kills the whole group on timeout or abort: bootc starts itself anew
 * and has children. Never rejects.
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const result: CommandResult = { code: null, stdout: '', stderr: '', timedOut: false, missing: false }
    const keep = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      result[stream] = (result[stream] + chunk.toString('utf8')).slice(-maxOutput)
    }
    child.stdout.on('data', keep('stdout'))
    child.stderr.on('data', keep('stderr'))
    const kill = (): void => killGroup(child)
    const deadline = setTimeout(() => {
      result.timedOut = true
      kill()
      closePipes(child)
    }, options.timeoutMs)
    options.signal?.addEventListener('abort', kill, { once: true })
    const settle = (code: number | null): void => {
      clearTimeout(deadline)
      options.signal?.removeEventListener('abort', kill)
      resolve({ ...result, code })
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      result.missing = error.code === 'ENOENT'
      result.stderr += error.message
      settle(null)
    })
    child.once('close', settle)
    // What the program left behind may hold its pipes for long.
    child.once('exit', () => setTimeout(() => closePipes(child), leftBehindMs).unref())
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
