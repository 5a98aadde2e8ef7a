import { whyNoGrants, type Because, type PolicySpec } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { loadGroups } from './load-groups.ts'
import type { GroupTotal } from './plan-tally.ts'

/** Groups that one answer tells of. */
const told = 10

interface Asked {
  readonly groups: readonly GroupTotal[]
  readonly spec: PolicySpec
  readonly now: Date
}

/** Warns of groups whose devices would be granted nothing now: a closed window, a blackout, a freeze, a budget that is used up. */
export async function warnOfGroups(tx: Tx, { groups, spec, now }: Asked): Promise<Because[]> {
  const largest = groups.toSorted((one, other) => other.devices - one.devices).slice(0, told)
  const groupIds = largest.map(({ groupId }) => groupId)
  const views = await loadGroups(tx, { groupIds, now, respectWindows: spec.windows === 'respect' })
  return largest.flatMap(({ groupId, devices }) => {
    const view = views[groupId]
    return view ? whyNoGrants(view).map((because) => forDevices(because, devices)) : []
  })
}

function forDevices(because: Because, devices: number): Because {
  const message = `${devices === 1 ? '1 device' : `${devices} devices`} would wait now: ${because.message}`
  return { ...because, message, devices }
}
