import { constants, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { runCommand } from '../machine/run-command.ts'

const maxLine = 64 * 1024

/** Bytes of a pull, without what was there already. */
export interface PullProgress {
  bytes: number
  bytesTotal: number
  step: string
}

export interface ProgressFifo {
  path: string
  close: () => Promise<void>
}

/**
 * A real FIFO for `--progress-fd`: bootc refuses anything else, and Node's own pipes are sockets. It is always drained,
 * because a full one would stop the pull. Undefined when the system cannot make one.
 */
export async function openProgressFifo(
  runDir: string,
  onProgress: (progress: PullProgress) => void,
): Promise<ProgressFifo | undefined> {
  const path = join(runDir, 'progress.fifo')
  await rm(path, { force: true })
  const made = await runCommand('mkfifo', ['-m', '0600', path], { timeoutMs: 10_000 })
  if (made.code !== 0) return undefined
  // Open for writing too, so that it never ends when bootc closes its side. The socket closes the descriptor.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const reader = new Socket({ fd, readable: true, writable: false })
  let rest = ''
  reader.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n')
    rest = (lines.pop() ?? '').slice(-maxLine)
    for (const line of lines) {
      const progress = parseProgress(line)
      if (progress !== undefined) onProgress(progress)
    }
  })
  reader.on('error', () => reader.destroy())
  return {
    path,
    close: async () => {
      reader.destroy()
      await rm(path, { force: true })
    },
  }
}

/** One line of bootc's progress; undefined for what says nothing new about bytes or steps. */
export function parseProgress(line: string): PullProgress | undefined {
  let event: Record<string, unknown>
  try {
    event = JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
  const step = typeof event['task'] === 'string' ? event['task'].slice(0, 40) : undefined
  if (step === undefined) return undefined
  if (event['type'] === 'ProgressSteps') return { bytes: 0, bytesTotal: 0, step }
  const bytesTotal = count(event['bytesTotal'])
  return { bytes: Math.min(count(event['bytes']), bytesTotal), bytesTotal, step }
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
}
