import { Prisma } from '@bootfleet/db'
import type { Services } from '../services.ts'
import { retentionRules, type RetentionRule } from './retention.ts'

export interface PruneHistoryInput {
  /** Rows that one statement deletes at most; 5,000 unless given, and never more. */
  readonly chunk?: number
  /** Statements per table and run; 200 unless given. What is left over goes in the next run. */
  readonly chunksPerTable?: number
  /** Stops between two statements. */
  readonly signal?: AbortSignal
}

export interface PrunedHistory {
  /** Rows deleted, by table; tables that lost none are absent. */
  readonly deleted: Readonly<Record<string, number>>
  /** Whether a table had more to delete than one run may. */
  readonly more: boolean
}

const maxChunk = 5000

/** Deletes what is older than its retention, in small statements that each commit; a crash loses nothing but time. */
export async function pruneHistory(services: Services, input: PruneHistoryInput = {}): Promise<PrunedHistory> {
  const deleted: Record<string, number> = {}
  let more = false
  for (const rule of retentionRules) {
    const pruned = await pruneTable(services, rule, input)
    if (pruned.rows > 0) deleted[rule.table] = pruned.rows
    more ||= pruned.more
  }
  return { deleted, more }
}

async function pruneTable(services: Services, rule: RetentionRule, input: PruneHistoryInput) {
  const { chunk = maxChunk, chunksPerTable = 200, signal } = input
  const limit = Math.min(chunk, maxChunk)
  const cutoff = new Date(services.now().getTime() - rule.keepHours * 3_600_000)
  const table = Prisma.raw(`"${rule.table}"`)
  let rows = 0
  for (let turn = 0; turn < chunksPerTable && signal?.aborted !== true; turn++) {
    const gone = await services.db.transaction(
      'system',
      (tx) => tx.$executeRaw`DELETE FROM ${table} WHERE ctid = ANY (ARRAY(${rule.find(cutoff, limit)}))`,
    )
    rows += gone
    if (gone < limit) return { rows, more: false }
  }
  return { rows, more: true }
}
