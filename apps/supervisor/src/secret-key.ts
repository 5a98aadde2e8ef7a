import { randomBytes } from 'node:crypto'
import { parseMasterKey, PkiError } from '@bootfleet/pki'
import { readPrivateFile, writePrivateFile } from './private-file.ts'
import { StartError } from './start-error.ts'

/**
 * The key that seals secrets in the database: from the environment, or made once and kept in `file`. Throws StartError
 * when it is not one. Whoever loses the file loses the sealed secrets, so it is part of every backup.
 */
export async function readSecretKey(file: string, fromEnvironment: string | undefined): Promise<string> {
  if (fromEnvironment) return checked(fromEnvironment, 'BOOTFLEET_SECRET_KEY')
  const kept = await readPrivateFile(file)
  if (kept !== undefined) return checked(kept.trim(), file)
  const fresh = randomBytes(32).toString('hex')
  await writePrivateFile(file, `${fresh}\n`)
  return fresh
}

function checked(text: string, from: string): string {
  try {
    parseMasterKey(text)
    return text
  } catch (error) {
    if (error instanceof PkiError) throw new StartError(`${from}: ${error.message}`, { cause: error })
    throw error
  }
}
