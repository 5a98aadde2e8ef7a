import fc from 'fast-check'
import { describe, it } from 'vitest'
import { behaviours } from './fake-device.testing.ts'
import { bringToAnEnd } from './world-end.testing.ts'
import { buttons } from './world-operator.testing.ts'
import { play, start, type Press } from './world-story.testing.ts'
import { story } from './world-stories.testing.ts'

// `npm test` plays far more of them.
const runs = Number(process.env['WORLD_RUNS'] ?? 300)
const patience = 60_000 + runs * 100

describe('rollouts in a small world', () => {
  it('keep their promises whatever devices and operators do, and end', { timeout: patience }, () => {
    const often: Press['button'][] = ['pause', 'continue', 'continue', 'retry', 'promote', 'approve', 'roll_back']
    const property = fc.property(story(behaviours, [...buttons, ...often, 'newer', 'again']), (told) => {
      const world = start(told)
      play(world, 1_600_000, told.presses)
      bringToAnEnd(world, told)
    })
    fc.assert(property, { numRuns: runs })
  })
})
