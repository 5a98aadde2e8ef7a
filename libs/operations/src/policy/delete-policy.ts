import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { emit } from '../outbox.ts'
import { findPolicy } from './find-policy.ts'

/** Deletes a policy; channels that named it have no default then, rollouts keep their copy. */
export async function deletePolicy(ctx: Ctx, { policy }: { policy: string }): Promise<void> {
  authorize(ctx, 'policy:write')
  await inOrganization(ctx, async (tx) => {
    const { id, name } = await findPolicy(tx, ctx, policy)
    await tx.policy.delete({ where: { id } })
    await audit(tx, ctx, { action: 'policy.delete', subject: { kind: 'policy', id }, detail: { name } })
    await emit(tx, ctx.organizationId, [{ kind: 'policy.changed', policyId: id }])
  })
}
