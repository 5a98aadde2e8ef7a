import type { FleetSummary } from '@bootfleet/contracts'
import { expect, test } from 'vitest'
import { attentionOf } from './attention.ts'

const calm: FleetSummary = {
  devices: { total: 3, online: 3, offline: 0, neverSeen: 0 },
  health: { healthy: 3, unhealthy: 0, other: 0, silent: 0 },
  booted: [],
  quarantinedDevices: 0,
  driftedDevices: 0,
  serverBehindDevices: 0,
  pendingEnrollments: 0,
  rollouts: { active: 1, paused: 0 },
  freeze: null,
  frozenGroups: [],
}

test('a fleet that is well needs nobody', () => {
  expect(attentionOf(calm, [])).toEqual([])
})

test('what needs a person is counted and leads to where it can be done', () => {
  const found = attentionOf(
    {
      ...calm,
      devices: { total: 3, online: 1, offline: 2, neverSeen: 0 },
      quarantinedDevices: 1,
      pendingEnrollments: 1,
      frozenGroups: [{ id: '0190a000-0000-7000-8000-000000000001', name: 'lab' }],
    },
    [],
  )
  expect(found.map(({ text, href }) => [text, href])).toEqual([
    ['1 device waiting to be let in', '/enroll'],
    ['1 device with a quarantined image', '/devices?quarantined=true'],
    ['2 devices offline', '/devices?state=offline'],
    ['Group lab is frozen', '/devices?group=lab'],
  ])
})
