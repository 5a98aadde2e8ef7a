import { createUser, setupInstallation, systemCtx, type Services } from '@bootfleet/operations'
import { admin } from '../system/stack/stack.ts'

const password = 'correct horse battery staple'

/** Who may look and do nothing. */
export const viewer = { email: 'viewer@fleet.test', password }

/** Who may say yes or no to what others make. */
export const approver = { email: 'approver@fleet.test', password }

/** Adds them to a fresh stack. */
export async function withPeople(services: Services): Promise<Record<string, string>> {
  const organization = { slug: 'test', name: 'Test' }
  const { organizationId } = await setupInstallation(services, { organization, admin })
  const ctx = systemCtx(services, organizationId)
  await createUser(ctx, { ...viewer, name: 'Viewer', role: 'viewer' })
  await createUser(ctx, { ...approver, name: 'Approver', role: 'approver' })
  return {}
}
