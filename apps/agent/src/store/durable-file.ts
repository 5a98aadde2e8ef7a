import { constants } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

const mebibyte = 1024 ** 2
/** More than the agent ever writes into one file. */
const maxBytes = 4 * mebibyte

/**
 * Replaces a file so that after a power cut it holds the old or the new content, whole: write, fsync, rename, fsync. Throws
 * with the path.
 */
export async function writeDurable(path: string, content: string, mode = 0o600): Promise<void> {
  try {
    await writeSynchronised(`${path}.new`, content, mode)
    await rename(`${path}.new`, path)
    const directory = await open(dirname(path), 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  } catch (cause) {
    throw fileError(`${path} cannot be written: ${textOf(cause)}`, cause)
  }
}

async function writeSynchronised(path: string, content: string, mode: number): Promise<void> {
  const file = await open(path, 'w', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The content, or undefined when there is no such file. Throws with the path, also for what is larger than 4 MiB. */
export async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readBounded(path)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw fileError(`${path} cannot be read: ${textOf(cause)}`, cause)
  }
}

async function readBounded(path: string): Promise<string> {
  // A pipe that nobody writes to would hold up the agent for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const chunks: Buffer[] = []
  for await (const chunk of file.createReadStream({ end: maxBytes })) chunks.push(chunk as Buffer)
  const content = Buffer.concat(chunks)
  if (content.length <= maxBytes) return content.toString('utf8')
  throw new Error(`it is larger than ${maxBytes / mebibyte} MiB`)
}

/** Another text for what the system said, with its code. */
export function fileError(text: string, cause: unknown): Error {
  return Object.assign(new Error(text, { cause }), { code: codeOf(cause) })
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** A write that failed because there is no room. */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** The system's name of what went wrong with a file. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code
}
