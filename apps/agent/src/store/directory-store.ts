import { join } from 'node:path'
import { messageOf } from '../log.ts'
import { fileError, isDiskFull, readOptional, writeDurable } from './durable-file.ts'
import type { Store } from './store.ts'

/** A store with one file for each document, in a directory that exists. Errors name the file and what to do about it. */
export function directoryStore(path: string): Store {
  return {
    read: (name) => withRemedy(readOptional(join(path, name))),
    write: (name, content) => withRemedy(writeDurable(join(path, name), content)),
  }
}

async function withRemedy<T>(done: Promise<T>): Promise<T> {
  try {
    return await done
  } catch (cause) {
    const remedy = isDiskFull(cause) ? 'make room on the disk' : 'put the file back, or remove what lies there'
    throw fileError(`${messageOf(cause)}: ${remedy}`, cause)
  }
}
