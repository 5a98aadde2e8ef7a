import type { Store } from '../store/store.ts'

/** A store that lives as long as the process. */
export interface MemoryStore extends Store {
  documents: Map<string, string>
}

export function memoryStore(documents: Record<string, string> = {}, onChange?: () => void): MemoryStore {
  const kept = new Map(Object.entries(documents))
  return {
    documents: kept,
    read: (name) => Promise.resolve(kept.get(name)),
    write: (name, content) => {
      kept.set(name, content)
      onChange?.()
      return Promise.resolve()
    },
  }
}
