import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError, systemCode } from './start-error.ts'

/** Paths of what `npm start` keeps. */
export interface DataFolder {
  readonly path: string
  readonly lock: string
  readonly secretKey: string
  readonly admin: string
  readonly database: string
  readonly running: string
  /** Keys of simulated devices, and what else the demo keeps. */
  readonly demo: string
  readonly logs: string
}

/** Makes the folder unless it is there, and proves that it can be written. Throws StartError when it cannot. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const logs = join(path, 'logs')
  const probe = join(path, '.probe')
  try {
    await mkdir(logs, { recursive: true })
    // As root the database runs as another user, who must be able to pass through; every secret has a mode of its own.
    await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700)
    await chmod(logs, 0o700)
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    throw new StartError(`${path} cannot be written (${reason(error)}). ${advice}`, { cause: error })
  }
  const at = (name: string) => join(path, name)
  return {
    path,
    logs,
    lock: at('supervisor.pid'),
    secretKey: at('secret.key'),
    admin: at('admin.json'),
    database: at('postgres'),
    running: at('running.json'),
    demo: at('demo'),
  }
}

const advice = 'Give this user a folder of its own there, or set BOOTFLEET_DATA to another folder.'

function reason(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a file is in its place',
    EEXIST: 'a file is in its place',
  }
  return reasons[systemCode(error) ?? ''] ?? String(error)
}
