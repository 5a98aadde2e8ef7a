import type { z } from 'zod'
import type { CreateRegistry, Registry } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { refuseDuplicate } from '../keys.ts'
import { presentRegistry } from './present-registry.ts'
import { readScope } from './read-scope.ts'
import { registrySecretContext } from './secret-context.ts'

/** Stores how to log in to a registry or a repository. Throws `conflict` when the scope has credentials already. */
export async function createRegistry(ctx: Ctx, input: z.output<typeof CreateRegistry>): Promise<Registry> {
  authorize(ctx, 'registry:write')
  const { organizationId, services } = ctx
  const id = services.newId()
  const scope = readScope(input.scope)
  const sealedSecret = services.secrets.seal(input.password, registrySecretContext(id))
  const { username, forDevices = false } = input
  const taken = new OperationError('conflict', `There are credentials for ${scope} already: change those.`, {
    reason: 'scope_taken',
    field: 'scope',
  })
  return refuseDuplicate(taken, () =>
    inOrganization(ctx, async (tx) => {
      const data = { id, organizationId, scope, username, sealedSecret, forDevices, createdAt: services.now() }
      const row = await tx.registryCredential.create({ data })
      await audit(tx, ctx, {
        action: 'registry.create',
        subject: { kind: 'registry', id },
        detail: { scope, username, forDevices },
      })
      return presentRegistry(row)
    }),
  )
}
