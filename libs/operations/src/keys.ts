import { isId } from '@bootfleet/contracts'
import { databaseErrorCode } from '@bootfleet/db'
import { OperationError } from './errors.ts'

/** Prisma condition for a resource that is addressed by id or by name. */
export function byKey(key: string): { id: string } | { name: string } {
  return isId(key) ? { id: key } : { name: key }
}

/** Runs a write and turns a broken unique constraint into `conflict`. */
export async function refuseDuplicate<T>(conflict: OperationError, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const code = databaseErrorCode(error)
    if (code === '23505' || code === 'P2002') throw conflict
    throw error
  }
}

/** The conflict of a name that is taken. */
export function nameTaken(resource: string, name: string): OperationError {
  return new OperationError('conflict', `There is a ${resource} "${name}" already: choose another name.`, {
    reason: 'name_taken',
    field: 'name',
  })
}
