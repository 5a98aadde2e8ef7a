import { z } from 'zod'
import { PolicyDocument, type Page, type PageQuery, type PolicyVersion } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, toPage } from '../page.ts'
import { findPolicy } from './find-policy.ts'

const VersionCursor = z.number().int()

/** Every recipe that a policy had, the newest first. */
export async function listPolicyVersions(
  ctx: Ctx,
  { policy, cursor, limit }: PageQuery & { readonly policy: string },
): Promise<Page<PolicyVersion>> {
  authorize(ctx, 'fleet:read')
  const before = readCursor(VersionCursor, cursor)
  const rows = await inOrganization(ctx, async (tx) => {
    const { id: policyId } = await findPolicy(tx, ctx, policy)
    const where = { policyId, ...(before !== undefined && { version: { lt: before } }) }
    return tx.policyVersion.findMany({ where, orderBy: { version: 'desc' }, take: limit + 1 })
  })
  return toPage(rows, limit, { present, keys: ({ version }) => version })
}

function present(row: { version: number; spec: unknown; createdBy: string; createdAt: Date }): PolicyVersion {
  const { version, spec, createdBy, createdAt } = row
  return { version, spec: PolicyDocument.parse(spec), createdBy, createdAt: createdAt.toISOString() }
}
