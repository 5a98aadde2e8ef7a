import { randomBytes } from 'node:crypto'
import { readPrivateFile, writePrivateFile } from '../private-file.ts'
import { StartError } from '../start-error.ts'

/** Logins of the embedded server. Applications get the second one only: the superuser is bound by no row security. */
export interface PostgresCredentials {
  readonly superuserPassword: string
  readonly appPassword: string
  /** The port of the last start, tried first. */
  readonly port?: number
}

export const superuser = 'bootfleet_superuser'
export const appLogin = 'bootfleet_app'
export const database = 'bootfleet'

/** Reads the passwords of the embedded server, or makes them. */
export async function readCredentials(file: string): Promise<PostgresCredentials> {
  const text = await readPrivateFile(file)
  if (text !== undefined) return parse(text, file)
  const fresh = { superuserPassword: newPassword(), appPassword: newPassword() }
  await writeCredentials(file, fresh)
  return fresh
}

export function writeCredentials(file: string, credentials: PostgresCredentials): Promise<void> {
  return writePrivateFile(file, `${JSON.stringify(credentials, null, 2)}\n`)
}

/** The database of the embedded server for one of the two logins. */
export function databaseUrl(port: number, login: { user: string; password: string }, name = database): string {
  return `postgresql://${login.user}:${login.password}@127.0.0.1:${port}/${name}`
}

function newPassword(): string {
  return randomBytes(24).toString('hex')
}

function parse(text: string, file: string): PostgresCredentials {
  try {
    const { superuserPassword, appPassword, port } = JSON.parse(text) as Record<string, unknown>
    if (typeof superuserPassword === 'string' && typeof appPassword === 'string')
      return { superuserPassword, appPassword, ...(typeof port === 'number' && { port }) }
  } catch {
    // Said below.
  }
  throw new StartError(
    `${file} cannot be read. Restore it from a backup: the database opens with the passwords in it only.`,
  )
}
