import { constants, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { runCommand } from '../machine/run-command.ts'
import { createLineReader, parseProgress } from './parse-progress.ts'
import type { PullProgress } from './parse-progress.ts'

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
  const readLines = createLineReader((line) => {
    const progress = parseProgress(line)
    if (progress !== undefined) onProgress(progress)
  })
  reader.setEncoding('utf8')
  reader.on('data', (chunk: string) => readLines(chunk))
  reader.on('error', () => reader.destroy())
  return {
    path,
    close: async () => {
      reader.destroy()
      await rm(path, { force: true })
    },
  }
}
