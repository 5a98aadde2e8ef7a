import type { ApiToken, Page, PageQuery } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { newestFirst, olderThan, readCursor, TimeCursor, toPage } from '../page.ts'
import { presentApiToken } from './present-api-token.ts'

/** API tokens, the newest first; revoked ones too. */
export async function listApiTokens(ctx: Ctx, { cursor, limit }: PageQuery): Promise<Page<ApiToken>> {
  authorize(ctx, 'token:write')
  const where = { organizationId: ctx.organizationId, ...olderThan(readCursor(TimeCursor, cursor)) }
  const rows = await inOrganization(ctx, (tx) => tx.apiToken.findMany({ where, orderBy: newestFirst, take: limit + 1 }))
  return toPage(rows, limit, { present: presentApiToken, keys: ({ createdAt, id }) => [createdAt, id] })
}
