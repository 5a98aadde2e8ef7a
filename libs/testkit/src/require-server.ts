import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Whether server binaries that a suite needs are absent, for `describe.skipIf(requireServer([...]).missing)`. On a
 * developer's machine the suite is skipped and says what to install; with CI=true it must not be, so this throws.
 */
export function requireServer(names: string[]): { missing: boolean } {
  const absent = names.filter((name) => !isInstalled(name))
  if (absent.length === 0) return { missing: false }
  const message = `needs ${absent.join(', ')} (apt-get install ${absent.join(' ')})`
  if (process.env['CI'] === 'true') throw new Error(`This suite ${message}`)
  process.stderr.write(`skipped: a suite ${message}\n`)
  return { missing: true }
}

function isInstalled(name: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
