import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { byKey } from '../keys.ts'

/** A group with its channel, by id or name. Throws `not_found`. */
export async function findGroup(tx: Tx, { organizationId }: Ctx, key: string) {
  const where = { organizationId, ...byKey(key) }
  const group = await tx.deviceGroup.findFirst({ where, include: { channel: { select: { id: true, name: true } } } })
  if (group === null) throw notFound('group', key)
  return group
}

export type GroupRow = Awaited<ReturnType<typeof findGroup>>
