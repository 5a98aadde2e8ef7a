import type { Demo } from '@bootfleet/contracts'
import { expect, test } from 'vitest'
import { nextStep } from './next-step.ts'

const release = { id: '0190a000-0000-7000-8000-000000000002', version: '2.0', tag: null, rollout: null }
const demo: Demo = {
  state: 'active',
  channel: { id: '0190a000-0000-7000-8000-000000000001', name: 'demo' },
  group: null,
  policy: null,
  devices: 60,
  releases: [release],
  hint: { code: 'demo.roll_out', message: 'Roll it out.', release: release.id },
}

test('a release that is ready leads to its plan', () => {
  expect(nextStep(demo)).toEqual({
    text: 'Plan the rollout of 2.0',
    href: `/rollouts/new?channel=demo&release=${release.id}`,
  })
})

test('a release that is on its way leads to its rollout', () => {
  const rollout = { id: '0190a000-0000-7000-8000-000000000003', state: 'running' }
  expect(nextStep({ ...demo, releases: [{ ...release, rollout }] })).toEqual({
    text: 'Watch 2.0',
    href: `/rollouts/${rollout.id}`,
  })
})

test('without a hint there is no step', () => {
  expect(nextStep({ ...demo, hint: null })).toBeUndefined()
})
