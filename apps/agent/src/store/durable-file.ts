import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Replaces a file so that after a power cut it holds the old or the new content, whole: write, fsync, rename, fsync. */
export async function writeDurable(path: string, content: string, mode = 0o600): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** The content, or undefined when there is no such file. */
export async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, path: told, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    // Of a directory in its place, as of a file that is too long, the failure does not tell the name.
    throw told === undefined ? Object.assign(new Error(`${path}: ${message}`, { cause: error }), { code }) : error
  }
}

/** A write that failed because there is no room. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}
