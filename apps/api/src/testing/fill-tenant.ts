import { randomUUID } from 'node:crypto'
import {
  createApiToken,
  createChannel,
  createEnrollmentToken,
  createGroup,
  createPolicy,
  createRegistry,
  createRollout,
  inOrganization,
  type Ctx,
} from '@bootfleet/operations'
import { Budget, CreatePolicy, PolicyInput } from '@bootfleet/contracts'
import { addTestDevice, type TestTenant } from './test-site.ts'

/** Ids of one of everything that a tenant can own, by the resource and the parameter that addresses it. */
export type OwnedIds = Awaited<ReturnType<typeof fillTenant>>

export const testDigest = `sha256:${'a'.repeat(64)}`

/** Gives a tenant one of everything. */
export async function fillTenant({ ctx }: TestTenant) {
  const policy = await createPolicy(ctx, CreatePolicy.parse({ name: 'careful', spec: PolicyInput.parse({}) }))
  const channel = await createChannel(ctx, { name: 'edge', repository: 'registry.example/os' })
  const group = await createGroup(ctx, { name: 'lab', budget: Budget.parse({}) })
  const release = await addRelease(ctx, channel.id)
  const device = await addTestDevice(ctx, { name: 'box-1' })
  const input = { group: 'lab', labels: {}, maxUses: 1, requiresApproval: false }
  const token = await createEnrollmentToken(ctx, { name: 'shelf', ...input })
  const registry = await createRegistry(ctx, { scope: 'registry.example', username: 'u', password: 'secret' })
  const apiToken = await createApiToken(ctx, { name: 'ci', role: 'operator' })
  const enrollment = await addEnrollment(ctx, token.id)
  const rollout = await createRollout(ctx, { channel: 'edge', release, start: 'draft', policy: 'careful' })
  return {
    policy: policy.id,
    channel: channel.id,
    group: group.id,
    release,
    device,
    enrollmentToken: token.id,
    registry: registry.id,
    apiToken: apiToken.id,
    enrollment,
    rollout: rollout.id,
    log: await addLog(ctx, device),
  }
}

async function addLog({ services, organizationId }: Ctx, deviceId: string): Promise<string> {
  const id = services.newId()
  const data = { id, organizationId, deviceId, op: 1, parts: { 0: 'started' }, lastPart: 0, receivedAt: services.now() }
  await services.db.transaction('system', (tx) => tx.deviceLog.create({ data }))
  return id
}

async function addRelease(ctx: Ctx, channelId: string): Promise<string> {
  const { organizationId, services } = ctx
  const id = services.newId()
  const common = { organizationId, repository: 'registry.example/os', annotations: {}, createdBy: 'Ada' }
  await inOrganization(ctx, async (tx) => {
    await tx.release.create({ data: { id, channelId, version: '1.0', tag: 'v1', indexDigest: testDigest, ...common } })
    await tx.releaseManifest.create({
      data: {
        releaseId: id,
        organizationId,
        architecture: 'amd64',
        manifestDigest: testDigest,
        configDigest: testDigest,
        sizeBytes: 10n,
        layers: [],
      },
    })
  })
  return id
}

/** A machine that waits to be let in. Returns the id of its request. */
export async function addEnrollment(ctx: Ctx, tokenId: string): Promise<string> {
  const { organizationId, services } = ctx
  const id = services.newId()
  const request = { architecture: 'amd64', hostname: 'box', agent: '1.0' }
  await inOrganization(ctx, (tx) =>
    tx.enrollment.create({
      data: {
        id,
        organizationId,
        tokenId,
        state: 'pending',
        hardwareId: randomUUID(),
        csr: '-',
        csrSha256: randomUUID(),
        request,
      },
    }),
  )
  return id
}
