import { audit } from '../audit.ts'
import { inOrganization, type Ctx } from '../context.ts'

/** Ends a session; one that is gone already is fine. */
export async function endSession(ctx: Ctx, { session }: { session: string }): Promise<void> {
  await inOrganization(ctx, async (tx) => {
    const { count } = await tx.session.deleteMany({ where: { id: session, userId: ctx.actor.id } })
    if (count > 0) await audit(tx, ctx, { action: 'session.end', subject: { kind: 'session', id: session } })
  })
}
