import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { byKey } from '../keys.ts'

/** A policy row by id or name. Throws `not_found`. */
export async function findPolicy(tx: Tx, { organizationId }: Ctx, key: string) {
  const policy = await tx.policy.findFirst({ where: { organizationId, ...byKey(key) } })
  if (policy === null) throw notFound('policy', key)
  return policy
}

export type PolicyRow = Awaited<ReturnType<typeof findPolicy>>
