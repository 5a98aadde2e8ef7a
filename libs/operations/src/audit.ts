import type { Prisma, Tx } from '@bootfleet/db'
import type { Ctx } from './context.ts'

export interface AuditInput {
  /** `rollout.pause`, `device.remove`, … */
  readonly action: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly detail?: Prisma.InputJsonObject
}

/** Writes who did what, in the transaction that does it. */
export async function audit(tx: Tx, ctx: Ctx, { action, subject, detail = {} }: AuditInput): Promise<void> {
  await tx.auditEntry.createMany({
    data: {
      organizationId: ctx.organizationId,
      at: ctx.services.now(),
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
      actorName: ctx.actor.name,
      action,
      subjectKind: subject.kind,
      subjectId: subject.id,
      detail,
      requestId: ctx.requestId ?? null,
    },
  })
}
