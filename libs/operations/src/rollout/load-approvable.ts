import type { RolloutApprovals } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { Actor } from '../context.ts'
import { approvalParts, approvalsOf, theStart } from './approvals-of.ts'
import type { Approvable } from './why-not-approve.ts'

/** What there is to approve in a rollout that this transaction has locked, and who did. */
export async function loadApprovable(
  tx: Tx,
  rolloutId: string,
  actor: Actor,
): Promise<Approvable & { readonly approvals: RolloutApprovals; readonly createdBy: string }> {
  const include = { ...approvalParts, waves: { orderBy: { index: 'asc' } } } as const
  const row = await tx.rollout.findUniqueOrThrow({ where: { id: rolloutId }, include })
  const approvals = approvalsOf(row)
  return { ...approvableOf(row, approvals, actor), approvals, createdBy: row.createdBy }
}

interface Row {
  readonly state: string
  readonly createdById: string | null
  readonly waves: readonly { index: number; approvalAskedAt: Date | null; approvedAt: Date | null; state: string }[]
  readonly approvals: readonly { wave: number; personId: string; seen: string }[]
}

/** The same of a row that is loaded. */
export function approvableOf(row: Row, { required, seen }: RolloutApprovals, actor: Actor): Approvable {
  return {
    state: row.state as Approvable['state'],
    createdById: row.createdById,
    required,
    waitingWave: row.waves.find(waits)?.index,
    hasApproved: row.approvals.some((one) => one.wave === theStart && one.personId === actor.id && one.seen === seen),
  }
}

function waits({ state, approvalAskedAt, approvedAt }: Row['waves'][number]): boolean {
  return state === 'pending' && approvalAskedAt !== null && approvedAt === null
}
