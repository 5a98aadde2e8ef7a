import { log, messageOf } from '../log.ts'

/** Small named documents that outlive the agent. A write is durable when it resolves, and is whole or not there. */
export interface Store {
  /** The content, or undefined when there is none. Throws when it cannot be read. */
  read: (name: string) => Promise<string | undefined>
  write: (name: string, content: string) => Promise<void>
}

/** The content, or undefined when there is none. What cannot be read is logged, and as good as empty. */
export async function readOrLog(store: Store, name: string): Promise<string | undefined> {
  try {
    return await store.read(name)
  } catch (error) {
    log('state_unreadable', { detail: messageOf(error) })
    return ''
  }
}

/** Parsed JSON, or undefined when the document is missing, cannot be read or is no JSON. */
export async function readJson(store: Store, name: string): Promise<unknown> {
  try {
    return JSON.parse((await readOrLog(store, name)) ?? '')
  } catch {
    return undefined
  }
}
