import type { z } from 'zod'
import type { CreatePolicy, Policy } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { nameTaken, refuseDuplicate } from '../keys.ts'
import { emit } from '../outbox.ts'
import { presentPolicy } from './present-policy.ts'
import { writePolicyVersion } from './write-policy-version.ts'

/** Adds a policy. Throws `conflict` for a name that is taken. */
export async function createPolicy(ctx: Ctx, input: z.output<typeof CreatePolicy>): Promise<Policy> {
  authorize(ctx, 'policy:write')
  const { organizationId, services } = ctx
  const { name, description = '', spec } = input
  const id = services.newId()
  const now = services.now()
  return refuseDuplicate(nameTaken('policy', name), () =>
    inOrganization(ctx, async (tx) => {
      const times = { createdAt: now, updatedAt: now }
      const row = await tx.policy.create({ data: { id, organizationId, name, description, spec, ...times } })
      await writePolicyVersion(tx, ctx, row)
      await audit(tx, ctx, { action: 'policy.create', subject: { kind: 'policy', id }, detail: { name } })
      await emit(tx, organizationId, [{ kind: 'policy.changed', policyId: id }])
      return presentPolicy(row)
    }),
  )
}
