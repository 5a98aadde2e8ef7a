import type { RegistryCredentials } from '@bootfleet/registry'
import { inOrganization, type Ctx } from '../context.ts'
import { registrySecretContext } from './secret-context.ts'

/** The stored credentials of the longest scope that holds `registry/repository`; undefined when there are none. */
export async function findCredentials(ctx: Ctx, repository: string): Promise<RegistryCredentials | undefined> {
  const parts = repository.split('/')
  const scopes = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  const where = { organizationId: ctx.organizationId, scope: { in: scopes } }
  const rows = await inOrganization(ctx, (tx) => tx.registryCredential.findMany({ where }))
  const best = rows.toSorted((one, other) => other.scope.length - one.scope.length)[0]
  if (best === undefined) return undefined
  const password = ctx.services.secrets.open(best.sealedSecret, registrySecretContext(best.id))
  return { username: best.username, password }
}
