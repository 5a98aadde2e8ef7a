import type { Demo } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { simulatedLabel } from './demo-policy.ts'
import { readDemo, type DemoRecord } from './demo-record.ts'

/** The demo as the API shows it. */
export async function presentDemo(tx: Tx, organizationId: string): Promise<Demo> {
  const organization = await tx.organization.findUniqueOrThrow({ where: { id: organizationId } })
  const record = readDemo(organization.demo)
  if (record === null) return { state: 'none', ...nothing }
  const { state } = record
  const { channelId: channel, groupId: group, policyId: policy } = record
  const select = { id: true, name: true } as const
  const releases = await readReleases(tx, record)
  const devices = group === undefined ? 0 : await countSimulated(tx, group)
  return {
    state,
    channel: channel === undefined ? null : await tx.channel.findUnique({ where: { id: channel }, select }),
    group: group === undefined ? null : await tx.deviceGroup.findUnique({ where: { id: group }, select }),
    policy: policy === undefined ? null : await tx.policy.findUnique({ where: { id: policy }, select }),
    devices,
    releases,
    hint: hintFor(state, releases),
  }
}

const nothing = { channel: null, group: null, policy: null, devices: 0, releases: [], hint: null }

function countSimulated(tx: Tx, groupId: string): Promise<number> {
  return tx.device.count({
    where: { groupId, removedAt: null, labels: { path: ['simulated'], equals: simulatedLabel.simulated } },
  })
}

async function readReleases(tx: Tx, { channelId }: DemoRecord): Promise<Demo['releases']> {
  if (channelId === undefined) return []
  const rows = await tx.release.findMany({
    where: { channelId },
    orderBy: { createdAt: 'asc' },
    take: 20,
    include: { rollouts: { orderBy: { createdAt: 'desc' }, take: 1, select: { id: true, state: true } } },
  })
  return rows.map(({ id, version, tag, rollouts }) => ({ id, version, tag, rollout: rollouts[0] ?? null }))
}

function hintFor(state: DemoRecord['state'], releases: Demo['releases']): Demo['hint'] {
  if (state === 'removing') return { code: 'demo.removing', message: 'The demo is being removed.' }
  const [first] = releases
  if (first === undefined) return { code: 'demo.starting', message: 'Simulated devices are being started.' }
  const tripped = releases.find(({ rollout }) => rollout?.state === 'paused')
  if (tripped !== undefined) {
    const message = `The rollout of ${tripped.version} was stopped: see which devices fell back and why, then abort it.`
    return { code: 'demo.stopped', message, release: tripped.id }
  }
  if (first.rollout === null || !['completed', 'aborted'].includes(first.rollout.state)) {
    const message = `Watch release ${first.version} go to the simulated fleet, wave by wave.`
    return { code: 'demo.watch', message, release: first.id }
  }
  const ready = releases.find(({ rollout }) => rollout === null)
  if (ready === undefined) return null
  const message = `Release ${ready.version} is ready. It does not boot on one hardware model: roll it out, and see the canary stop it.`
  return { code: 'demo.roll_out', message, release: ready.id }
}
