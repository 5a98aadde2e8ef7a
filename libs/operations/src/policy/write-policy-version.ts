import type { Prisma, Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import type { PolicyRow } from './find-policy.ts'

/** Keeps the recipe that a policy has now under its version. */
export async function writePolicyVersion(tx: Tx, ctx: Ctx, policy: PolicyRow): Promise<void> {
  const { id: policyId, version, organizationId } = policy
  const spec = policy.spec as Prisma.InputJsonObject
  const createdAt = ctx.services.now()
  await tx.policyVersion.create({
    data: { policyId, version, organizationId, spec, createdBy: ctx.actor.name, createdAt },
  })
}
