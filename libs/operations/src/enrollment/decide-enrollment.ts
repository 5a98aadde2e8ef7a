import type { Enrollment } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound, OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { presentEnrollment } from './present-enrollment.ts'

/**
 * Approves or rejects a request that waits. Deciding the same again changes nothing. Throws `not_found`, and
 * `illegal_transition` when it was decided otherwise.
 */
export async function decideEnrollment(
  ctx: Ctx,
  { id, decision }: { id: string; decision: 'approved' | 'rejected' },
): Promise<Enrollment> {
  authorize(ctx, 'enrollment:write')
  const { organizationId, services, actor } = ctx
  return inOrganization(ctx, async (tx) => {
    const data = { state: decision, decidedAt: services.now(), decidedBy: actor.name }
    const { count } = await tx.enrollment.updateMany({ where: { id, organizationId, state: 'pending' }, data })
    const row = await tx.enrollment.findFirst({
      where: { id, organizationId },
      include: { token: { select: { id: true, name: true } } },
    })
    if (row === null) throw notFound('enrollment', id)
    if (count === 0 && !isDecided(row.state, decision)) throw decidedOtherwise(row.state)
    if (count > 0) {
      const { hardwareId } = row
      await audit(tx, ctx, {
        action: `enrollment.${decision}`,
        subject: { kind: 'enrollment', id },
        detail: { hardwareId },
      })
      await emit(tx, organizationId, [{ kind: 'enrollment.changed', enrollmentId: id }])
    }
    return presentEnrollment(row)
  })
}

function isDecided(state: string, decision: 'approved' | 'rejected'): boolean {
  return state === decision || (decision === 'approved' && state === 'issued')
}

function decidedOtherwise(state: string): OperationError {
  const message = `The request is ${state} already. Remove the device, or have the machine ask again with a new token.`
  return new OperationError('illegal_transition', message, { reason: 'enrollment_decided' })
}
