import { attemptOutcomes } from '@bootfleet/contracts'
import { z } from 'zod'
import { record } from '../bootc/untrusted.ts'

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
  failedUnits: z.array(text).max(1000).optional(),
})

const checks = z.array(z.object({ check: text, output: text.optional() })).max(100)
const StoredHealth = z.looseObject({
  bootKey: text,
  status: z.enum(['checking', 'healthy', 'unhealthy']),
  failed: checks,
  warnings: checks.optional(),
  deadlineMono: z.number(),
})

const ops = { reboot: count.optional(), collectLogs: count.optional(), unquarantine: count.optional() }

const parts: Readonly<Record<string, z.ZodType>> = {
  bootKey: text,
  attempt: StoredAttempt.nullable(),
  health: StoredHealth,
  opsDone: z.object(ops),
  quarantined: z.array(text).max(100),
  failedUnits: z.array(text).max(1000).nullable(),
  isLost: z.boolean(),
}

/**
 * The journal as another version of the agent left it: each part that cannot be understood falls back to that of `fresh`,
 * so that a bad attempt does not cost the quarantine. What this version does not know is kept. Undefined: no journal.
 */
export function readStoredJournal<Fresh extends { v: number }>(stored: unknown, fresh: Fresh): Fresh | undefined {
  const fields = record(stored)
  if (fields?.['v'] !== fresh.v) return undefined
  const understood = Object.entries(parts).flatMap(([name, schema]) => {
    const part = schema.safeParse(fields[name])
    return part.success ? [[name, part.data] as const] : []
  })
  return { ...fields, ...fresh, ...Object.fromEntries(understood) }
}
