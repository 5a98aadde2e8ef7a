import type { z } from 'zod'
import type { Policy, UpdatePolicy } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { nameTaken, refuseDuplicate } from '../keys.ts'
import { emit } from '../outbox.ts'
import { findPolicy } from './find-policy.ts'
import { presentPolicy } from './present-policy.ts'

export type UpdatePolicyInput = z.output<typeof UpdatePolicy> & { readonly policy: string }

/** Changes what is given; a recipe is replaced as a whole and counts as a new version. Rollouts keep their copy. */
export async function updatePolicy(ctx: Ctx, { policy, ...input }: UpdatePolicyInput): Promise<Policy> {
  authorize(ctx, 'policy:write')
  const { name, description, spec } = input
  return refuseDuplicate(nameTaken('policy', name ?? ''), () =>
    inOrganization(ctx, async (tx) => {
      const { id } = await findPolicy(tx, ctx, policy)
      const data = {
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(spec !== undefined && { spec, version: { increment: 1 } }),
        updatedAt: ctx.services.now(),
      }
      const row = await tx.policy.update({ where: { id }, data })
      const detail = { changed: Object.keys(input), version: row.version }
      await audit(tx, ctx, { action: 'policy.update', subject: { kind: 'policy', id }, detail })
      await emit(tx, ctx.organizationId, [{ kind: 'policy.changed', policyId: id }])
      return presentPolicy(row)
    }),
  )
}
