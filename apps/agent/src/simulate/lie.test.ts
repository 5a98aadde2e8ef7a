import { expect, test } from 'vitest'
import { StateBody } from '@bootfleet/contracts'
import { desired, digest } from '../testing/a-view.ts'
import { falseState } from './lie.ts'

const honest = StateBody.parse({
  observedGen: 3,
  phase: 'staged',
  bootKey: 'boot:0',
  booted: { digest: digest('a') },
  staged: { digest: digest('b'), locked: true },
  rollback: null,
  health: { status: 'healthy', bootKey: 'boot:0', failed: [] },
  attempt: null,
  grant: null,
  quarantined: [],
  errors: [],
  opsDone: {},
})

test('an eager liar claims the image as soon as it is wanted, on the boot that it is on', () => {
  const state = falseState(honest, desired(), 'eager')
  expect(state).toMatchObject({ booted: { digest: digest('b') }, bootKey: 'boot:0', staged: null, phase: 'healthy' })
  expect(StateBody.safeParse(state).success).toBe(true)
})

test('a patient liar says the truth until it should reboot', () => {
  expect(falseState(honest, desired(), 'patient')).toEqual(honest)
  const state = falseState({ ...honest, phase: 'rebooting' }, desired(), 'patient')
  expect(state).toMatchObject({ booted: { digest: digest('b') }, attempt: { outcome: 'booted_target' } })
})

test('where no image is wanted there is nothing to lie about', () => {
  expect(falseState(honest, desired({ image: null }), 'eager')).toEqual(honest)
})
