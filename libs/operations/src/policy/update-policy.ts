import type { z } from 'zod'
import type { Policy, UpdatePolicy } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { nameTaken, refuseDuplicate } from '../keys.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { findPolicy } from './find-policy.ts'
import { presentPolicy } from './present-policy.ts'
import { writePolicyVersion } from './write-policy-version.ts'

export type UpdatePolicyInput = z.output<typeof UpdatePolicy> & { readonly policy: string }

/**
 * Changes what is given; a recipe is replaced as a whole and is a new version, the earlier ones are kept. Rollouts keep their
 * copy. With `version` it throws `conflict` when somebody has changed the recipe since that version was read.
 */
export async function updatePolicy(ctx: Ctx, { policy, ...input }: UpdatePolicyInput): Promise<Policy> {
  authorize(ctx, 'policy:write')
  const { name, description, spec, version } = input
  return refuseDuplicate(nameTaken('policy', name ?? ''), () =>
    inOrganization(ctx, async (tx) => {
      const { id } = await findPolicy(tx, ctx, policy)
      await lockVersion(tx, id, version)
      const data = {
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(spec !== undefined && { spec, version: { increment: 1 } }),
        updatedAt: ctx.services.now(),
      }
      const row = await tx.policy.update({ where: { id }, data })
      if (spec !== undefined) await writePolicyVersion(tx, ctx, row)
      const changed = Object.keys(input).filter((key) => key !== 'version')
      const detail = { changed, version: row.version }
      await audit(tx, ctx, { action: 'policy.update', subject: { kind: 'policy', id }, detail })
      await emit(tx, ctx.organizationId, [{ kind: 'policy.changed', policyId: id }])
      return presentPolicy(row)
    }),
  )
}

// Two who change a policy at the same time come one after the other: the second sees the version of the first.
async function lockVersion(tx: Tx, id: string, expected: number | undefined): Promise<void> {
  const rows = await tx.$queryRaw<{ version: number }[]>`SELECT version FROM policy WHERE id = ${id}::uuid FOR UPDATE`
  const version = rows[0]?.version
  if (expected === undefined || expected === version) return
  const message = `The policy is at version ${version}, you changed version ${expected}. Read it again, and make your change to what it is now.`
  throw new OperationError('conflict', message, { reason: 'version_conflict', field: 'version' })
}
