import { randomBytes, randomUUID } from 'node:crypto'
import {
  createApiToken,
  createUser,
  openServices,
  setupInstallation,
  systemCtx,
  type Ctx,
  type Role,
  type Services,
} from '@bootfleet/operations'
import { createLogger } from '@bootfleet/telemetry'
import { createApi, type Api, type ApiOptions } from '../create-api.ts'

/** One tenant of a test. */
export interface TestTenant {
  readonly organizationId: string
  readonly ctx: Ctx
  readonly adminEmail: string
  /** An API token of each role. */
  readonly tokens: Readonly<Record<Role, string>>
}

/** The API over an empty database, with two tenants. */
export interface TestSite {
  readonly url: string
  readonly services: Services
  readonly api: Api
  readonly one: TestTenant
  readonly other: TestTenant
  close(): Promise<void>
}

export const testPassword = 'correct horse battery'

export async function openTestSite(databaseUrl: string, options: Partial<ApiOptions> = {}): Promise<TestSite> {
  const services = openServices({
    databaseUrl,
    secretKey: randomBytes(32).toString('hex'),
    addresses: {
      web: 'http://web.example:3000',
      device: 'https://devices.example:8443',
      mqtt: { host: 'devices.example', port: 8883 },
    },
    registry: { allowInsecure: true, allowPrivate: true },
  })
  const one = await addTenant(services, 'one')
  const other = await addTenant(services, 'other')
  const api = await createApi(services, { databaseUrl, log: createLogger('api', 'silent'), ...options })
  const url = await api.listen(0, '127.0.0.1')
  const close = async () => {
    await api.close()
    await services.db.close()
  }
  return { url, services, api, one, other, close }
}

async function addTenant(services: Services, slug: string): Promise<TestTenant> {
  const adminEmail = `admin@${slug}.example`
  const { organizationId } = await setupInstallation(services, {
    organization: { slug, name: slug },
    admin: { email: adminEmail, password: testPassword, name: 'Ada' },
  })
  const ctx = systemCtx(services, organizationId)
  const email = `viewer@${slug}.example`
  await createUser(ctx, { email, name: 'Vi', password: testPassword, role: 'viewer' })
  const token = async (role: Role) => (await createApiToken(ctx, { name: role, role })).token
  const tokens = {
    viewer: await token('viewer'),
    operator: await token('operator'),
    approver: await token('approver'),
    admin: await token('admin'),
    monitor: await token('monitor'),
  }
  return { organizationId, ctx, adminEmail, tokens }
}

/** A device as enrollment leaves it, without a connection. Returns its id. */
export async function addTestDevice(
  { services, organizationId }: Pick<Ctx, 'services' | 'organizationId'>,
  device: { name: string; labels?: Record<string, string> },
): Promise<string> {
  const id = services.newId()
  await services.db.transaction({ organizationId }, async (tx) => {
    const group = await tx.deviceGroup.findFirstOrThrow({ where: { name: 'default' } })
    await tx.device.create({
      data: {
        id,
        organizationId,
        groupId: group.id,
        hardwareId: randomUUID(),
        name: device.name,
        labels: device.labels ?? {},
        architecture: 'amd64',
        incarnation: 1,
        ops: {},
      },
    })
  })
  return id
}
