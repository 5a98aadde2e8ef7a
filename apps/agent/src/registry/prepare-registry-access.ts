import { repositoryOf } from '../bootc/host-status.ts'
import { HostError } from '../host/host-adapter.ts'
import { log, messageOf } from '../log.ts'
import type { Runtime } from '../runtime.ts'

/** Before a pull: logs in as the server says now. True when only signed images may be pulled; throws `policy` when none can be checked. */
export async function prepareRegistryAccess(runtime: Runtime): Promise<boolean> {
  await keepRegistryAuth(runtime)
  const image = runtime.desired.current()?.doc.image
  if (image?.requireSignatures !== true) return false
  const problem = await runtime.platform.signatureProblem(repositoryOf(image.ref))
  if (problem !== undefined) throw new HostError({ code: 'policy', detail: problem, retryable: false })
  return true
}

/** What was there before serves as well where the server cannot be asked: the registry will say. */
export async function keepRegistryAuth(runtime: Runtime): Promise<void> {
  try {
    await runtime.refreshRegistryAuth()
  } catch (error) {
    log('registry_auth_not_refreshed', { detail: messageOf(error) })
  }
}
