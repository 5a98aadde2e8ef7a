import { inOrganization, type Ctx } from '../context.ts'
import { idempotencySecretContext, type StoredAnswer } from './claim-request.ts'

/** Keeps the answer of a claimed request for whoever repeats it; sealed, since it may show a new token. */
export async function settleRequest(
  ctx: Ctx,
  { key, status, response }: { key: string } & StoredAnswer,
): Promise<void> {
  const { organizationId, actor, services } = ctx
  const sealed = services.secrets.seal(JSON.stringify(response ?? null), idempotencySecretContext(ctx, key))
  const where = { organizationId, actorId: actor.id, key }
  await inOrganization(ctx, (tx) => tx.idempotencyKey.updateMany({ where, data: { status, response: { sealed } } }))
}
