import { createUser, setupInstallation, systemCtx, type Services } from '@bootfleet/operations'
import { admin } from '../system/stack/stack.ts'

/** Who may look and do nothing. */
export const viewer = { email: 'viewer@fleet.test', password: 'correct horse battery staple' }

/** Adds the viewer to a fresh stack. */
export async function withViewer(services: Services): Promise<Record<string, string>> {
  const organization = { slug: 'test', name: 'Test' }
  const { organizationId } = await setupInstallation(services, { organization, admin })
  await createUser(systemCtx(services, organizationId), { ...viewer, name: 'Viewer', role: 'viewer' })
  return {}
}
