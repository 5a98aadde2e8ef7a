import { PolicyInput } from '@bootfleet/contracts'
import type { Prisma, Tx } from '@bootfleet/db'
import { hashPassword } from '@bootfleet/pki'
import { audit } from '../audit.ts'
import { systemCtx } from '../context.ts'
import { wantedDemo } from '../demo/demo-record.ts'
import { writePolicyVersion } from '../policy/write-policy-version.ts'
import type { Services } from '../services.ts'
import { ensureAuthority, ensureSigningKey } from './installation-keys.ts'

export interface SetupInput {
  readonly organization: { readonly slug: string; readonly name: string }
  readonly admin: { readonly email: string; readonly password: string; readonly name: string }
  /** A new organization is to begin with a demo. Nothing is set up by this: whoever runs the demo finds it wanted. */
  readonly demo?: boolean
}

/** What there is now, and what of it this call created. */
export interface SetupResult {
  readonly organizationId: string
  readonly groupId: string
  readonly policyId: string
  readonly adminId: string
  readonly created: readonly ('authority' | 'signing_key' | 'organization' | 'group' | 'policy' | 'admin')[]
}

type Created = SetupResult['created'][number]

const defaultBudget = { maxUnavailable: { percent: 10 }, maxDownloading: 50 }
/** Two processes that start at once must not set up twice. */
const setupLock = 7_204_001

/**
 * Creates what an installation needs and does not have: device CA, signing key, organization, its default group and
 * policy, an administrator. What is there stays as it is, the password among it.
 */
export async function setupInstallation(services: Services, input: SetupInput): Promise<SetupResult> {
  const passwordHash = await hashPassword(input.admin.password)
  return services.db.transaction('system', async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(${setupLock}::bigint)::text`
    const created: Created[] = []
    if (await ensureAuthority(tx, services)) created.push('authority')
    if (await ensureSigningKey(tx, services)) created.push('signing_key')
    const organizationId = await ensureOrganization(tx, services, { input, created })
    const scope = { tx, services, organizationId, created }
    const groupId = await ensureGroup(scope)
    const policyId = await ensurePolicy(scope)
    const adminId = await ensureAdmin(scope, { ...input.admin, passwordHash })
    if (created.length > 0) {
      const subject = { kind: 'organization', id: organizationId }
      await audit(tx, systemCtx(services, organizationId), {
        action: 'installation.setup',
        subject,
        detail: { created },
      })
    }
    return { organizationId, groupId, policyId, adminId, created }
  })
}

interface Scope {
  readonly tx: Tx
  readonly services: Services
  readonly organizationId: string
  readonly created: Created[]
}

async function ensureOrganization(
  tx: Tx,
  { newId, now }: Services,
  { input, created }: { input: SetupInput; created: Created[] },
): Promise<string> {
  const { slug, name } = input.organization
  const existing = await tx.organization.findUnique({ where: { slug }, select: { id: true } })
  if (existing) return existing.id
  created.push('organization')
  const { id } = await tx.organization.create({
    data: { id: newId(), slug, name, createdAt: now(), ...(input.demo === true && { demo: wantedDemo }) },
  })
  return id
}

async function ensureGroup({ tx, services, organizationId, created }: Scope): Promise<string> {
  const name = 'default'
  const existing = await tx.deviceGroup.findUnique({ where: { organizationId_name: { organizationId, name } } })
  if (existing) return existing.id
  created.push('group')
  const { id } = await tx.deviceGroup.create({
    data: { id: services.newId(), organizationId, name, budget: defaultBudget, windows: [], blackouts: [] },
  })
  return id
}

async function ensurePolicy({ tx, services, organizationId, created }: Scope): Promise<string> {
  const name = 'default'
  const existing = await tx.policy.findUnique({ where: { organizationId_name: { organizationId, name } } })
  if (existing) return existing.id
  created.push('policy')
  const spec: Prisma.InputJsonValue = JSON.parse(JSON.stringify(PolicyInput.parse({})))
  const policy = await tx.policy.create({ data: { id: services.newId(), organizationId, name, spec } })
  await writePolicyVersion(tx, systemCtx(services, organizationId), policy)
  return policy.id
}

async function ensureAdmin(
  { tx, services, organizationId, created }: Scope,
  { email, name, passwordHash }: { email: string; name: string; passwordHash: string },
): Promise<string> {
  const existing = await tx.userAccount.findUnique({ where: { email: email.toLowerCase() }, select: { id: true } })
  if (existing) return existing.id
  created.push('admin')
  const data = { id: services.newId(), organizationId, email: email.toLowerCase(), name, passwordHash, role: 'admin' }
  const { id } = await tx.userAccount.create({ data })
  return id
}
