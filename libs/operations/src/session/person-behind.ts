import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'

/** Id of the person who acts, directly or through an API token that goes back to them; null when no person is known. */
export async function personBehind(tx: Tx, { actor }: Ctx): Promise<string | null> {
  if (actor.kind === 'user') return actor.id
  if (actor.kind !== 'token') return null
  const token = await tx.apiToken.findUnique({ where: { id: actor.id }, select: { createdById: true } })
  return token?.createdById ?? null
}
