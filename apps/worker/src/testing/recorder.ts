import type { WorkerOperations } from '../worker-operations.ts'

/** Verbs that keep a record of who was advanced. What is in `due` is due until it was advanced; `rules` may hold or throw. */
export function createRecorder() {
  const advanced: string[] = []
  const due = new Set<string>()
  const rules = new Map<string, () => Promise<void>>()
  const operations: WorkerOperations = {
    advanceRollout: async (_, { rolloutId }) => {
      advanced.push(rolloutId)
      await rules.get(rolloutId)?.()
      due.delete(rolloutId)
      return { more: false }
    },
    findDueRollouts: () => Promise.resolve([...due]),
    expirePresence: () => Promise.resolve(),
    pruneHistory: () => Promise.resolve({ deleted: {}, more: false }),
  }
  const times = (id: string) => advanced.filter((one) => one === id).length
  return { operations, due, rules, times }
}
