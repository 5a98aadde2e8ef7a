import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { benign } from './fake-device.testing.ts'
import { bringToAnEnd } from './world-end.testing.ts'
import type { World, WorldRollout } from './world-state.testing.ts'
import { lookAfter, play, start, waves } from './world-story.testing.ts'
import { awayMeanwhile, begunAnew, latecomers, story } from './world-stories.testing.ts'

// `npm test` plays far more of them.
const runs = Number(process.env['WORLD_RUNS'] ?? 300)
const patience = 60_000 + runs * 100

describe('rollouts in a small world whose devices come and go', () => {
  it('have devices converge to them that come late or come back', { timeout: patience }, () => {
    const property = fc.property(latecomers(), (told) => {
      const world = start(told, 120)
      play(world, 2_500_000, told.presses)
      bringToAnEnd(world, told)
    })
    fc.assert(property, { numRuns: Math.ceil(runs / 4) })
  })

  it('take back who has the release from the rollout before, too', { timeout: patience }, () => {
    const property = fc.property(begunAnew(), (told) => {
      const world = start(told)
      play(world, 1_600_000, told.presses)
      bringToAnEnd(world, told)
    })
    fc.assert(property, { numRuns: Math.ceil(runs / 5) })
  })

  it('take back who was away when they were taken back, when it returns', { timeout: patience }, () => {
    const property = fc.property(awayMeanwhile(), (told) => {
      const world = start(told, 120)
      play(world, 2_500_000, told.presses)
      bringToAnEnd(world, told)
    })
    fc.assert(property, { numRuns: Math.ceil(runs / 5) })
  })

  it('bring every device that can be updated to the image', { timeout: patience }, () => {
    const property = fc.property(story(benign, ['pause', 'continue', 'promote', 'retry', 'newer']), (told) => {
      // Nobody converges to what was for a half: there, all are waited for.
      const world = start(told, told.seed % 2 === 0 && !told.halves ? 900 : 86_400)
      play(world, 1_600_000, told.presses)
      // Once for each wave, and once too early: a rollout that has just been resumed has asked for nothing yet.
      for (let round = 1; round <= waves.length + 1; round++) lookAfter(world, 1_600_000 + round * 1_500_000)
      const last = world.rollouts.at(-1)
      const image = last?.release.digests[0]
      expect(world.rollouts.at(-1)?.state).toBe('completed')
      expect(world.rollouts.filter(({ state }) => state !== 'completed' && state !== 'superseded')).toEqual([])
      expect(world.options.devices.filter(({ id, booted }) => isFor(last, world, id) && booted !== image)).toEqual([])
      expect(world.slots.size).toBe(0)
    })
    fc.assert(property, { numRuns: Math.ceil(runs / 5) })
  })
})

// Who joins converges to what is for the whole channel only.
function isFor(rollout: WorldRollout | undefined, { options }: World, id: string): boolean {
  return rollout?.whole === true || !options.joinsAt.has(id)
}
