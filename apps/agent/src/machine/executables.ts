import { access, constants, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The programs in a list of directories, in the order of their names. As with systemd's own directories a name in an
 * earlier one hides the same name in a later one, so that a machine can replace what its image brings, or switch it off
 * with a link to /dev/null. What cannot be executed is passed over.
 */
export async function findExecutables(directories: readonly string[]): Promise<string[]> {
  const byName = new Map<string, string>()
  for (const directory of directories) {
    const names = await readdir(directory).catch(() => [])
    for (const name of names) if (!byName.has(name)) byName.set(name, join(directory, name))
  }
  const ordered = [...byName].toSorted(([left], [right]) => (left < right ? -1 : 1))
  const found: string[] = []
  for (const [, file] of ordered) if (await isExecutable(file)) found.push(file)
  return found
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}
