import { whyWaiting, type Because, type PolicySpec, type RolloutState } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { loadGroups } from './load-groups.ts'
import { readTargets } from './load-targets.ts'
import { loadWaves } from './load-view.ts'
import { readTargetCounts } from './target-counts.ts'

interface AskedRollout {
  readonly id: string
  readonly releaseId: string
  readonly parentId: string | null
  readonly kind: string
  readonly state: string
  /** `PolicySpec`. */
  readonly policy: unknown
}

interface Asked {
  readonly rollout: AskedRollout
  readonly deviceId: string
  readonly now: Date
}

/**
 * What keeps a target now from its wave, its download or its grant, as a turn of its rollout would find it: the window, the budget,
 * a value of its label, other downloads, a rollout that it finishes first, or the wait after returned grants. Locks nothing.
 */
export async function whyTargetWaits(tx: Tx, { rollout, deviceId, now }: Asked): Promise<Because | undefined> {
  if (rollout.state !== 'running' && rollout.state !== 'completed') return undefined
  const policy = rollout.policy as PolicySpec
  const targets = await readTargets(tx, rollout, [deviceId])
  const groupIds = targets.map(({ groupId }) => groupId)
  const groups = await loadGroups(tx, { groupIds, now, respectWindows: policy.windows === 'respect' })
  const isUnassigned = targets.some(({ wave }) => wave === null)
  const waves = isUnassigned ? await loadWaves(tx, rollout.id, await readTargetCounts(tx, [rollout.id])) : []
  const rest = { waves, unassigned: 0, more: false, grantIds: [] }
  const view = { ...rest, state: rollout.state as RolloutState, policy, groups, targets }
  return whyWaiting(view, deviceId, now.getTime())
}
