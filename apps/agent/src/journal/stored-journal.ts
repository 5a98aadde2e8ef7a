import { attemptOutcomes } from '@bootfleet/contracts'
import { z } from 'zod'
import type { Journal } from './journal.ts'

const text = z.string().max(4096)
const count = z.number().int().min(0)
const seconds = z.number().min(0).max(1e9)

const StoredAttempt = z.looseObject({
  id: text,
  gen: count,
  ref: text,
  target: text,
  accept: z.array(text).min(1).max(20),
  from: z.object({ digest: text.optional(), id: text.optional() }),
  via: z.enum(['stage', 'slot']),
  stagedDeployment: text.optional(),
  bootKey: text,
  phase: z.enum(['staging', 'staged', 'rebooting', 'verifying', 'rolling_back', 'done']),
  outcome: z.enum(attemptOutcomes).optional(),
  detail: text.optional(),
  healthTimeoutSec: seconds,
  onUnhealthy: z.enum(['rollback', 'stay']),
  queuedBefore: z.boolean().optional(),
  queued: z.boolean().optional(),
})

const checks = z.array(z.object({ check: text, output: text.optional() })).max(100)
const StoredHealth = z.looseObject({
  bootKey: text,
  status: z.enum(['checking', 'healthy', 'unhealthy']),
  failed: checks,
  warnings: checks.optional(),
  deadlineMono: z.number(),
})

/**
 * The journal as another version of the agent, or a broken disk, left it: each part that cannot be understood falls back
 * to that of `fresh`, so that a bad attempt does not cost the quarantine.
 */
export function readStoredJournal(stored: unknown, fresh: Journal): Journal {
  const parsed = z
    .looseObject({
      v: z.literal(1),
      bootKey: text.catch(fresh.bootKey),
      attempt: StoredAttempt.nullable().catch(null),
      health: StoredHealth.catch({ ...fresh.health }),
      opsDone: z
        .object({ reboot: count.optional(), collectLogs: count.optional(), unquarantine: count.optional() })
        .catch({}),
      quarantined: z.array(text).max(100).catch([]),
      failedUnits: z.array(text).max(1000).nullable().catch(null),
    })
    .safeParse(stored)
  // What is optional and absent stays absent: the schemas never write `undefined`.
  return parsed.success ? ({ ...fresh, ...parsed.data } as Journal) : fresh
}
