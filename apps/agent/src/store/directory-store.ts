import { join } from 'node:path'
import { readOptional, writeDurable } from './durable-file.ts'
import type { Store } from './store.ts'

/** A store with one file for each document, in a directory that exists. */
export function directoryStore(path: string): Store {
  return {
    read: (name) => readOptional(join(path, name)),
    write: (name, content) => writeDurable(join(path, name), content),
  }
}
