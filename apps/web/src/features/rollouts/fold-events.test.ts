import type { RolloutEvent } from '@bootfleet/contracts'
import { expect, test } from 'vitest'
import { foldEvents } from './fold-events.ts'

const event = (kind: string, deviceId: string | null): RolloutEvent => ({
  id: `${kind}-${deviceId}`,
  at: '2026-11-23T10:00:00.000Z',
  kind,
  wave: 0,
  deviceId,
  because: { code: kind, message: kind },
})

test('devices to which the same happens are one line, but not across an event of the rollout', () => {
  const folded = foldEvents([
    event('target.soaking', 'a'),
    event('target.verifying', 'b'),
    event('target.soaking', 'c'),
    event('wave.opened', null),
    event('target.soaking', 'd'),
  ])
  expect(folded.map(({ kind, deviceId, others }) => [kind, deviceId, others])).toEqual([
    ['target.soaking', 'a', 1],
    ['target.verifying', 'b', 0],
    ['wave.opened', null, 0],
    ['target.soaking', 'd', 0],
  ])
})
