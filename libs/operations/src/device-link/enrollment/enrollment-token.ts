import type { Tx } from '@bootfleet/db'
import { sha256OfToken } from '@bootfleet/pki'
import { OperationError } from '../../errors.ts'

/** A row of enrollment_token, locked until the transaction ends. */
export interface LockedToken {
  readonly id: string
  readonly organization_id: string
  readonly group_id: string
  readonly labels: unknown
  readonly requires_approval: boolean
  readonly name: string
  readonly max_uses: number
  readonly uses: number
  readonly expires_at: Date
  readonly revoked_at: Date | null
}

/** Finds and locks the token. Throws `unauthenticated` for one that is unknown or revoked. */
export async function lockToken(tx: Tx, token: string): Promise<LockedToken> {
  const [row] = await tx.$queryRaw<LockedToken[]>`
    SELECT id::text, organization_id::text, group_id::text, labels, requires_approval, name, max_uses, uses, expires_at, revoked_at
    FROM enrollment_token WHERE token_sha256 = ${sha256OfToken(token)} FOR UPDATE`
  if (!row) throw refuse('invalid', 'The enrollment token is not known.')
  if (row.revoked_at) throw refuse('revoked', `The enrollment token "${row.name}" was revoked.`)
  return row
}

/** Takes one use of a locked token. Throws `unauthenticated` when it has expired or has no use left. */
export async function takeUse(tx: Tx, token: LockedToken, now: Date): Promise<void> {
  if (token.expires_at <= now) throw refuse('expired', `The enrollment token "${token.name}" has expired.`)
  const taken = await tx.$executeRaw`
    UPDATE enrollment_token SET uses = uses + 1 WHERE id = ${token.id}::uuid AND uses < max_uses`
  if (taken === 0) throw refuse('used_up', `The enrollment token "${token.name}" has no use left (${token.max_uses}).`)
}

function refuse(why: 'invalid' | 'revoked' | 'expired' | 'used_up', what: string): OperationError {
  const message = `${what} Ask for a new enrollment document.`
  return new OperationError('unauthenticated', message, { reason: `enrollment_token_${why}` })
}
