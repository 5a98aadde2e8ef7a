import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CliError } from '../failure.ts'

/** A server and the token for it. */
export interface Credentials {
  readonly url: string
  readonly token: string
}

/** Reads `{url, token}`, whatever else is in the file; undefined when there is no file. Throws when it is damaged. */
export async function readCredentials(file: string): Promise<Credentials | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new CliError('usage', `${file} cannot be read: correct its permissions or remove it.`, { cause: error })
  }
  return parse(text) ?? damaged(file)
}

/** Keeps them in a file that only this user can read; replaced as a whole, so that no crash leaves half of it. */
export async function writeCredentials(file: string, { url, token }: Credentials): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(draft, `${JSON.stringify({ url, token }, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await chmod(draft, 0o600)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    const message = `${file} cannot be written: correct the permissions, or set BOOTFLEET_URL and BOOTFLEET_TOKEN.`
    throw new CliError('usage', message, { cause: error })
  }
}

/** Forgets them. */
export async function removeCredentials(file: string): Promise<void> {
  await rm(file, { force: true })
}

function parse(text: string): Credentials | undefined {
  try {
    const { url, token } = JSON.parse(text) as Record<string, unknown>
    return typeof url === 'string' && typeof token === 'string' && token !== '' ? { url, token } : undefined
  } catch {
    return undefined
  }
}

function damaged(file: string): never {
  throw new CliError('usage', `${file} must hold "url" and "token": remove it and sign in again.`)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
