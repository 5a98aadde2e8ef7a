import type { Demo } from '@bootfleet/contracts'
import type { Prisma, Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { nameTaken, refuseDuplicate } from '../keys.ts'
import { emit } from '../outbox.ts'
import { writePolicyVersion } from '../policy/write-policy-version.ts'
import { readRepository } from '../registry/read-scope.ts'
import { demoBudget, demoPolicy } from './demo-policy.ts'
import { lockDemo, type DemoRecord } from './demo-record.ts'
import { presentDemo } from './present-demo.ts'

const name = 'demo'
const described = 'Simulated: part of the demo.'

/**
 * Sets up channel, group and policy of a demo over the images of `repository`; devices and releases come from whoever
 * runs it. Again it answers with what there is. Throws `conflict` when the organization has devices or channels of its own.
 */
export async function startDemo(ctx: Ctx, input: { repository: string }): Promise<Demo> {
  authorize(ctx, 'demo:write')
  const repository = readRepository(input.repository)
  return refuseDuplicate(nameTaken('demo', name), () =>
    inOrganization(ctx, async (tx) => {
      const { organizationId } = ctx
      const record = await lockDemo(tx, organizationId)
      if (record?.state === 'removing') throw beingRemoved()
      if (record?.state === 'active') return presentDemo(tx, organizationId)
      await refuseUnlessEmpty(tx, organizationId)
      const active = await create(tx, ctx, repository)
      await tx.organization.update({ where: { id: organizationId }, data: { demo: { ...active } } })
      await audit(tx, ctx, { action: 'demo.start', subject: { kind: 'organization', id: organizationId } })
      return presentDemo(tx, organizationId)
    }),
  )
}

async function refuseUnlessEmpty(tx: Tx, organizationId: string): Promise<void> {
  const devices = await tx.device.count({ where: { organizationId, removedAt: null } })
  const channels = await tx.channel.count({ where: { organizationId } })
  if (devices + channels === 0) return
  const message = `A demo is for an organization without a fleet of its own; this one has ${devices} devices and ${channels} channels.`
  throw new OperationError('conflict', message, { reason: 'not_empty' })
}

function beingRemoved(): OperationError {
  const message = 'The demo is being removed. Remove it again to finish that, then start a new one.'
  return new OperationError('conflict', message, { reason: 'demo_removing' })
}

async function create(tx: Tx, ctx: Ctx, repository: string): Promise<DemoRecord> {
  const { organizationId, services } = ctx
  const [policyId, channelId, groupId] = [services.newId(), services.newId(), services.newId()]
  const now = services.now()
  const common = { organizationId, name, description: described, createdAt: now }
  const spec = demoPolicy satisfies Prisma.InputJsonValue
  const policy = await tx.policy.create({ data: { ...common, id: policyId, spec, updatedAt: now } })
  await writePolicyVersion(tx, ctx, policy)
  const channel = { ...common, id: channelId, repository, defaultPolicyId: policyId, updatedAt: now }
  await tx.channel.create({ data: channel })
  const rules = { budget: demoBudget, windows: [], blackouts: [] }
  await tx.deviceGroup.create({ data: { ...common, id: groupId, channelId, ...rules } })
  await emit(tx, organizationId, [
    { kind: 'policy.changed', policyId },
    { kind: 'channel.changed', channelId },
    { kind: 'group.changed', groupId },
  ])
  return { state: 'active', channelId, groupId, policyId }
}
