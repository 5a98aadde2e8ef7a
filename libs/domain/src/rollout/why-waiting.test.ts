import { describe, expect, it } from 'vitest'
import type { TargetState } from './target-lifecycle.ts'
import type { GroupView, RolloutView, TargetView } from './view.ts'
import { aDevice, aGroup, aTarget, aView, now, offline } from './view.testing.ts'
import { whyWaiting } from './why-waiting.ts'

const closed = { code: 'window.closed', message: 'It opens at noon.' }
const full = { slots: 1, slotsTaken: 1 }

interface Asked {
  readonly state: TargetState
  readonly target?: Partial<TargetView>
  readonly group?: Partial<GroupView>
  readonly view?: Partial<RolloutView>
}

function ask({ state, target, group, view }: Asked): string | undefined {
  const one = aTarget(state, { ...target, ...(state === 'staged' && { holdsSlot: false }) })
  const groups = { 'group-1': aGroup(group) }
  return whyWaiting(aView([one], { groups, ...view }), one.deviceId, now)?.code
}

describe('what keeps a device from what comes next', () => {
  it.each<[string, Asked, string | undefined]>([
    ['nothing keeps a staged device', { state: 'staged' }, undefined],
    ['a window', { state: 'staged', group: { closed } }, 'window.closed'],
    ['the budget', { state: 'staged', group: full }, 'budget.full'],
    [
      'returned grants',
      { state: 'staged', target: { backoff: { returned: 2, until: now + 1 } } },
      'target.grant_backoff',
    ],
    ['no connection', { state: 'staged', target: { device: aDevice(offline) } }, 'target.offline'],
    [
      'another rollout',
      { state: 'staged', target: { device: aDevice({ busyWith: 'other' }) } },
      'target.finishes_other',
    ],
    ['nothing keeps a device in a wave from its download', { state: 'pending' }, undefined],
    ['a closed window does not keep it from its download', { state: 'pending', group: { closed } }, undefined],
    ['other downloads', { state: 'pending', group: { downloading: 10 } }, 'budget.downloads_full'],
    [
      'no connection, before its download',
      { state: 'pending', target: { device: aDevice(offline) } },
      'target.offline',
    ],
    ['its wave', { state: 'pending', target: { wave: null }, group: { downloading: 10 } }, 'target.waits_for_wave'],
    ['a device at work waits for nothing', { state: 'rebooting', group: full }, undefined],
    [
      'the pause of a rollout is told with the rollout',
      { state: 'staged', group: full, view: { state: 'paused' } },
      undefined,
    ],
  ])('%s', (_name, asked, code) => {
    expect(ask(asked)).toBe(code)
  })
})
