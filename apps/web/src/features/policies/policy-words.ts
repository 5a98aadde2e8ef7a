import type { Policy } from '@bootfleet/contracts'
import { counted, formatSeconds } from '../../lib/amounts.ts'

type Recipe = Policy['spec']
type Wave = Recipe['waves'][number]

/** How many devices a wave takes; percentages are of all whom it may take, those of the waves before among them. */
export function sizeText({ size, selector }: Pick<Wave, 'size' | 'selector'>): string {
  const such = selector === null ? '' : ` that match ${selector}`
  if (size === null) return selector === null ? 'all the others' : `all devices${such}`
  return 'count' in size ? `${counted(size.count, 'device')}${such}` : `up to ${size.percent} % of all devices${such}`
}

export function approvalText(approval: 'auto' | 'manual', first: boolean): string {
  if (approval === 'manual') return 'opens when a person has approved it'
  return first ? 'opens at the start' : 'opens when the wave before it has passed'
}

const onTrip: Record<Recipe['onTrip'], string> = {
  pause: 'it pauses, and a person decides',
  abort: 'it is aborted; devices without a grant keep what they had',
  rollback: 'every device that has the release goes back to what it ran before',
}

const unreachable: Record<Recipe['unreachable'], string> = {
  replace: 'the next in line takes its place in the wave',
  wait: 'the wave waits for it',
  fail: 'it counts as failed',
}

const lateJoiners: Record<Recipe['lateJoiners'], string> = {
  ignore: 'are updated once it is completed',
  append: 'join the last wave',
}

/** The recipe but for its waves, as names with sentences. */
export function recipeFacts(spec: Recipe): (readonly [name: string, value: string])[] {
  const { timeouts } = spec
  return [
    ['Before it starts', approvalsText(spec.approvals)],
    ['Windows of groups', spec.windows === 'respect' ? 'are respected' : 'are ignored: devices apply at any time'],
    ['When a gate trips', onTrip[spec.onTrip]],
    [
      'When a device is unreachable',
      `${unreachable[spec.unreachable]}, after ${formatSeconds(timeouts.unreachableAfterSec)}`,
    ],
    ['Devices that come late', lateJoiners[spec.lateJoiners]],
    ['Order', spec.stratifyBy === null ? 'over all devices' : `dealt over the values of ${spec.stratifyBy}`],
    ['Left out', spec.exclude ?? 'nobody'],
    ['Units that must be active', spec.healthUnits.join(', ') || 'none beyond those of the device itself'],
    ['Reboot', spec.softReboot ? 'of userspace alone where that is enough' : 'of the whole machine'],
    ['Spread of reboots', spec.jitterSec === 0 ? 'none' : `over ${formatSeconds(spec.jitterSec)}`],
    ['Watched after its end', `for ${formatSeconds(spec.observeForSec)}`],
  ]
}

/** Each time limit with what comes when it is over. */
export function timeoutFacts({ timeouts }: Recipe): (readonly [name: string, value: string])[] {
  return [
    ['To download', formatSeconds(timeouts.downloadSec)],
    ['To use a grant', formatSeconds(timeouts.grantSec)],
    ['To come back from the reboot', formatSeconds(timeouts.applySec)],
    ['To report healthy', formatSeconds(timeouts.healthSec)],
    ['Offline counts as unreachable after', formatSeconds(timeouts.unreachableAfterSec)],
    ['The last wave gives up after', formatSeconds(timeouts.giveUpAfterSec)],
  ]
}

function approvalsText(approvals: number): string {
  if (approvals === 0) return 'no other person has to approve it'
  return `${counted(approvals, 'other person', 'other people')} must approve it`
}
