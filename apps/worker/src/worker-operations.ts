import type { PrunedHistory, PruneHistoryInput, Services } from '@bootfleet/operations'

/** The verbs that time calls. */
export interface WorkerOperations {
  /** One turn of a rollout; `more` asks for another one now, `wakeAt` for one then. */
  advanceRollout(services: Services, input: { rolloutId: string }): Promise<{ more: boolean; wakeAt?: Date | null }>
  /** Ids of rollouts whose time to be looked at has come, the longest overdue first. */
  findDueRollouts(services: Services, input: { limit: number }): Promise<readonly string[]>
  expirePresence(services: Services): Promise<unknown>
  pruneHistory(services: Services, input: PruneHistoryInput): Promise<PrunedHistory>
}
