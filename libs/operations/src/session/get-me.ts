import type { Me } from '@bootfleet/contracts'
import { permissionsOf } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { presentFreeze } from '../freeze/present-freeze.ts'

/** Who is asking, what that person or token may do, and where. */
export async function getMe(ctx: Ctx): Promise<Me> {
  const { actor, organizationId } = ctx
  if (actor.kind !== 'user' && actor.kind !== 'token') {
    throw new OperationError('forbidden', 'Only people and API tokens have an account.')
  }
  const organization = await inOrganization(ctx, (tx) =>
    tx.organization.findUniqueOrThrow({ where: { id: organizationId } }),
  )
  const { id, slug, name } = organization
  const { kind, role } = actor
  return {
    kind,
    id: actor.id,
    name: actor.name,
    role,
    permissions: permissionsOf(role),
    organization: { id, slug, name, freeze: presentFreeze(organization) },
  }
}
