import type { Demo } from '@bootfleet/contracts'
import { Prisma, type Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { removeDevice } from '../device/remove-device.ts'
import { OperationError } from '../errors.ts'
import { defaultGroup } from '../group/default-group.ts'
import { findGroup } from '../group/find-group.ts'
import { emit } from '../outbox.ts'
import { simulatedLabel } from './demo-policy.ts'
import { lockDemo, type DemoRecord } from './demo-record.ts'
import { presentDemo } from './present-demo.ts'

const chunk = 100

/**
 * Removes what the demo brought: its simulated devices, rollouts, releases, channel, group and policy. What people made
 * or enrolled stays; where that holds on to the demo it throws `conflict` and removes nothing. One transaction a device,
 * so that it may be interrupted anywhere: called again it goes on.
 */
export async function removeDemo(ctx: Ctx): Promise<Demo> {
  authorize(ctx, 'demo:write')
  const record = await beginRemoval(ctx)
  if (record === null) return inOrganization(ctx, (tx) => presentDemo(tx, ctx.organizationId))
  // First, so that no rollout that is under way has to take out one device after the other.
  await inOrganization(ctx, (tx) => removeRollouts(tx, record))
  for (;;) {
    const devices = await inOrganization(ctx, (tx) => findSimulated(tx, record, chunk))
    for (const { id } of devices) await removeOnce(ctx, id)
    const done = devices.length === 0 ? await finish(ctx, record) : null
    if (done) return done
  }
}

// Whoever removes the demo at the same time may have been first.
async function removeOnce(ctx: Ctx, id: string): Promise<void> {
  try {
    await removeDevice(ctx, { id })
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'not_found') throw error
  }
}

function beginRemoval(ctx: Ctx): Promise<DemoRecord | null> {
  const { organizationId } = ctx
  return inOrganization(ctx, async (tx) => {
    const record = await lockDemo(tx, organizationId)
    if (record === null) return null
    await refuseIfHeld(tx, ctx, record)
    const removing: DemoRecord = { ...record, state: 'removing' }
    await tx.organization.update({ where: { id: organizationId }, data: { demo: removing } })
    await audit(tx, ctx, { action: 'demo.remove', subject: { kind: 'organization', id: organizationId } })
    return removing
  })
}

async function refuseIfHeld(tx: Tx, ctx: Ctx, { channelId, groupId, policyId }: DemoRecord): Promise<void> {
  const own = groupId
    ? await countOwn((labels) => tx.device.count({ where: { groupId, removedAt: null, ...labels } }))
    : 0
  const followers = channelId ? await tx.deviceGroup.count({ where: { channelId, id: { not: groupId ?? '' } } }) : 0
  const users = policyId
    ? await tx.channel.count({ where: { defaultPolicyId: policyId, id: { not: channelId ?? '' } } })
    : 0
  const valid = { revokedAt: null, expiresAt: { gt: ctx.services.now() } }
  const tokens = groupId
    ? await countOwn((labels) => tx.enrollmentToken.count({ where: { groupId, ...valid, ...labels } }))
    : 0
  const held = [
    ...(tokens > 0 ? [`revoke the ${tokens} enrollment tokens that people made for its group`] : []),
    ...(own > 0 ? [`move the ${own} devices that are not simulated to another group`] : []),
    ...(followers > 0 ? [`give the ${followers} other groups that follow the demo's channel another one`] : []),
    ...(users > 0 ? [`give the ${users} other channels that use the demo's policy another one`] : []),
  ]
  if (held.length === 0) return
  const message = `The demo is in use. First ${held.join('; ')}. Nothing was removed.`
  throw new OperationError('conflict', message, { reason: 'demo_in_use' })
}

const simulated = { labels: { path: ['simulated'], equals: simulatedLabel.simulated } } as const

// All without the simulated ones: in SQL, "not equal" would leave out rows without the label as well.
async function countOwn(count: (labels: object) => Promise<number>): Promise<number> {
  return (await count({})) - (await count(simulated))
}

async function findSimulated(tx: Tx, { groupId }: DemoRecord, take: number): Promise<{ id: string }[]> {
  if (groupId === undefined) return []
  return tx.device.findMany({ where: { groupId, removedAt: null, ...simulated }, select: { id: true }, take })
}

/** Removes what is left once no simulated device is; `null` when one has enrolled meanwhile. */
function finish(ctx: Ctx, record: DemoRecord): Promise<Demo | null> {
  const { organizationId } = ctx
  const { channelId, groupId, policyId } = record
  return inOrganization(ctx, async (tx) => {
    if ((await lockDemo(tx, organizationId)) === null) return presentDemo(tx, organizationId)
    await refuseIfHeld(tx, ctx, record)
    if ((await findSimulated(tx, record, 1)).length > 0) return null
    await removeRollouts(tx, record)
    if (groupId !== undefined) await removeGroup(tx, ctx, groupId)
    if (channelId !== undefined) await tx.channel.deleteMany({ where: { id: channelId } })
    if (policyId !== undefined) await tx.policy.deleteMany({ where: { id: policyId } })
    await tx.organization.update({ where: { id: organizationId }, data: { demo: Prisma.DbNull } })
    await emit(tx, organizationId, [
      ...(policyId ? [{ kind: 'policy.changed', policyId } as const] : []),
      ...(channelId ? [{ kind: 'channel.changed', channelId } as const] : []),
      ...(groupId ? [{ kind: 'group.changed', groupId } as const] : []),
    ])
    return presentDemo(tx, organizationId)
  })
}

async function removeRollouts(tx: Tx, { channelId }: DemoRecord): Promise<void> {
  if (channelId === undefined) return
  // The locks of rollouts come in the order of ids, before anything that is theirs.
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM rollout WHERE channel_id = ${channelId}::uuid ORDER BY id FOR UPDATE`
  await tx.budgetSlot.deleteMany({ where: { rolloutId: { in: rows.map(({ id }) => id) } } })
  await tx.rollout.deleteMany({ where: { channelId } })
}

// The history of removed devices stays, and needs a group.
async function removeGroup(tx: Tx, ctx: Ctx, groupId: string): Promise<void> {
  await tx.enrollmentToken.deleteMany({ where: { groupId } })
  const fallback = await findGroup(tx, ctx, defaultGroup)
  await tx.device.updateMany({ where: { groupId }, data: { groupId: fallback.id } })
  await tx.deviceGroup.deleteMany({ where: { id: groupId } })
}
