import { z } from 'zod'
import type { AuditActor, Page, PageQuery } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, toPage } from '../page.ts'

const ActorCursor = z.tuple([z.string(), z.uuid()])

/** People and API tokens by name, revoked ones too: who may stand in the audit log. */
export async function listAuditActors(ctx: Ctx, { cursor, limit }: PageQuery): Promise<Page<AuditActor>> {
  authorize(ctx, 'audit:read')
  const [name, id] = readCursor(ActorCursor, cursor) ?? ['', '00000000-0000-0000-0000-000000000000']
  const { organizationId } = ctx
  const rows = await inOrganization(
    ctx,
    (tx) => tx.$queryRaw<AuditActor[]>`
      SELECT * FROM (
        SELECT 'user' AS kind, id::text, name, email FROM user_account WHERE organization_id = ${organizationId}::uuid
        UNION ALL
        SELECT 'token', id::text, name, NULL FROM api_token WHERE organization_id = ${organizationId}::uuid) AS actor
      WHERE (name, id) > (${name}, ${id}) ORDER BY name, id LIMIT ${limit + 1}`,
  )
  return toPage(rows, limit, { present: (row) => row, keys: (row) => [row.name, row.id] })
}
