/** Small named documents that outlive the agent. A write is durable when it resolves, and is whole or not there. */
export interface Store {
  /** The content, or undefined when there is none. */
  read: (name: string) => Promise<string | undefined>
  write: (name: string, content: string) => Promise<void>
}

/** Parsed JSON, or undefined when the document is missing or is no JSON. */
export async function readJson(store: Store, name: string): Promise<unknown> {
  const text = await store.read(name)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
