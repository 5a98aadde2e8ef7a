import type { Tx } from '@bootfleet/db'
import type { Services } from './services.ts'

export const roles = ['viewer', 'operator', 'approver', 'admin', 'monitor'] as const
export type Role = (typeof roles)[number]

/** Who does something. */
export type Actor =
  | { readonly kind: 'user' | 'token'; readonly id: string; readonly name: string; readonly role: Role }
  | { readonly kind: 'device'; readonly id: string; readonly name: string }
  | { readonly kind: 'system'; readonly id: 'system'; readonly name: string }

/** First argument of every operation: who does it, in which organization, with what. */
export interface Ctx {
  readonly services: Services
  readonly organizationId: string
  readonly actor: Actor
  readonly requestId?: string
}

/** The clock and other parts of the process, acting for itself in one organization. */
export function systemCtx(services: Services, organizationId: string): Ctx {
  return { services, organizationId, actor: { kind: 'system', id: 'system', name: 'bootfleet' } }
}

/** One transaction that sees the organization's rows alone. */
export function inOrganization<T>(ctx: Ctx, work: (tx: Tx) => Promise<T>): Promise<T> {
  return ctx.services.db.transaction({ organizationId: ctx.organizationId }, work)
}
