import { z } from 'zod'
import type { Page, PageQuery, Registry } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, toPage } from '../page.ts'
import { presentRegistry } from './present-registry.ts'

const ScopeCursor = z.string().max(300)

/** Stored credentials in the order of their scopes. */
export async function listRegistries(ctx: Ctx, { cursor, limit }: PageQuery): Promise<Page<Registry>> {
  authorize(ctx, 'fleet:read')
  const { organizationId } = ctx
  const after = readCursor(ScopeCursor, cursor)
  const where = { organizationId, ...(after !== undefined && { scope: { gt: after } }) }
  const rows = await inOrganization(ctx, (tx) =>
    tx.registryCredential.findMany({ where, orderBy: { scope: 'asc' }, take: limit + 1 }),
  )
  return toPage(rows, limit, { present: presentRegistry, keys: ({ scope }) => scope })
}
