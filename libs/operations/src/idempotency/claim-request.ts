import { z } from 'zod'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'

export interface RequestClaim {
  readonly key: string
  /** Of method, path and body: the same key with another request is a mistake. */
  readonly requestSha256: string
}

/** The answer that a request with this key already got. */
export interface StoredAnswer {
  readonly status: number
  readonly response: unknown
}

const Sealed = z.object({ sealed: z.string() })

/** What a stored answer is bound to. */
export function idempotencySecretContext({ organizationId, actor }: Ctx, key: string): string {
  return `idempotency_key:${organizationId}:${actor.id}:${key}`
}

/**
 * Claims a key for a request before it is carried out. Returns the answer it got already, or undefined when the caller
 * must carry it out and then settle or release it. Throws `conflict` while it is carried out, or for another request.
 */
export async function claimRequest(ctx: Ctx, { key, requestSha256 }: RequestClaim): Promise<StoredAnswer | undefined> {
  const { organizationId, actor, services } = ctx
  const claim = { organizationId, actorId: actor.id, key }
  return inOrganization(ctx, async (tx) => {
    const data = { ...claim, requestSha256, createdAt: services.now() }
    const { count } = await tx.idempotencyKey.createMany({ data, skipDuplicates: true })
    if (count === 1) return undefined
    const row = await tx.idempotencyKey.findUnique({ where: { organizationId_actorId_key: claim } })
    if (row !== null && row.requestSha256 !== requestSha256) {
      const message = 'This Idempotency-Key was used for another request: use a new key for each request.'
      throw new OperationError('conflict', message, { reason: 'idempotency_key_reused' })
    }
    if (row?.status == null) {
      const message = 'The request with this Idempotency-Key is still being carried out: ask again in a moment.'
      throw new OperationError('conflict', message, { reason: 'idempotency_key_in_progress' })
    }
    const { sealed } = Sealed.parse(row.response)
    return {
      status: row.status,
      response: JSON.parse(services.secrets.open(sealed, idempotencySecretContext(ctx, key))),
    }
  })
}
