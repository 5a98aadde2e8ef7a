import { inOrganization, type Ctx } from '../context.ts'

/** Gives up the claim of a request that failed here, so that it can be tried again. */
export async function releaseRequest(ctx: Ctx, { key }: { key: string }): Promise<void> {
  const { organizationId, actor } = ctx
  await inOrganization(ctx, (tx) =>
    tx.idempotencyKey.deleteMany({ where: { organizationId, actorId: actor.id, key, status: null } }),
  )
}
