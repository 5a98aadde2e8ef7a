import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Everything that the machine is made of, and what it leaves behind; Git ignores it. */
export const folder = join(repository, '.bootfleet/vm')

/** Serial log, journals and status documents of the last run. */
export const artifacts = join(folder, 'artifacts')
