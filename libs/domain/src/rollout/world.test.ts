import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { behaviours, benign, type Behaviour } from './fake-device.testing.ts'
import { failureStates, type TargetState } from './target-lifecycle.ts'
import { must } from './world-must.testing.ts'
import { checkPresent } from './world-converge-checks.testing.ts'
import { convergesTo, waitsForDevice } from './world-current.testing.ts'
import { buttons } from './world-operator.testing.ts'
import type { World, WorldRollout } from './world-state.testing.ts'
import { lookAfter, newerRelease, play, start, stop, waves, type Press, type Story } from './world-story.testing.ts'
import { isOver, unfinished } from './world.testing.ts'

// `npm test` plays far more of them.
const runs = Number(process.env['WORLD_RUNS'] ?? 300)
const patience = 60_000 + runs * 100

const narrowing = fc.tuple(
  fc.constantFrom(null, { selector: 'third=1' }),
  fc.constantFrom(null, { selector: 'third in (1,2)' }, { selector: 'third=2', size: null }),
)

/** Any story with devices of these kinds, most of them normal, and these buttons. */
function story(kinds: readonly Behaviour[], pressed: readonly Press['button'][]): fc.Arbitrary<Story> {
  const at = fc.integer({ min: 0, max: 1_500_000 })
  const one = fc.record({ at, on: fc.nat({ max: 5 }), button: fc.constantFrom(...pressed) })
  const arrival = fc.integer({ min: 60_000, max: 3_000_000 })
  const kind = fc.oneof({ arbitrary: fc.constant('normal' as const), weight: 1 }, fc.constantFrom(...kinds))
  return fc.record({
    seed: fc.integer(),
    kinds: fc.array(kind, { minLength: 1, maxLength: 9 }),
    late: fc.oneof(
      fc.constant([]),
      fc.array(fc.record({ kind, at: arrival, joins: fc.boolean() }), { minLength: 1, maxLength: 4 }),
    ),
    lateJoiners: fc.constantFrom('ignore', 'ignore', 'append'),
    slots: fc.integer({ min: 1, max: 3 }),
    unreachable: fc.constantFrom('replace', 'wait'),
    onTrip: fc.constantFrom('pause', 'rollback', 'abort'),
    approval: fc.constantFrom('auto', 'auto', 'manual'),
    lenient: fc.boolean(),
    barrier: fc.boolean(),
    halves: fc.boolean(),
    narrowed: fc.oneof(fc.constant([]), narrowing),
    presses: fc
      .array(
        pressed.includes('roll_back')
          ? fc.oneof(
              one.map((single) => [single]),
              changeOfMind(at),
            )
          : one.map((single) => [single]),
        { maxLength: 5 },
      )
      .map((list) => list.flat()),
  })
}

/** A roll-back, and what people do to it, or to its rollout, shortly after. */
function changeOfMind(at: fc.Arbitrary<number>): fc.Arbitrary<Press[]> {
  const soon = fc.integer({ min: 10_000, max: 150_000 })
  const button = fc.constantFrom('abort', 'abort', 'pause', 'newer', 'again', 'roll_back')
  const last = fc.constantFrom('continue', 'continue', 'roll_back', 'abort', 'newer')
  const on = fc.nat({ max: 1 })
  return fc
    .tuple(at, fc.tuple(soon, soon), fc.tuple(button, last), on)
    .map(([first, [then, after], [one, other], of]) => [
      { at: first, on: of, button: 'roll_back' },
      { at: first + then, on: -1, button: one },
      { at: first + then + after, on: other === 'continue' && one === 'pause' ? -1 : of, button: other },
    ])
}

/** A few devices that take a rollout to its end, and many that come late or come back, whatever they do then. */
function latecomers(): fc.Arbitrary<Story> {
  const at = fc.integer({ min: 200_000, max: 2_400_000 })
  const pressed = ['newer', 'again', 'retry', 'promote', 'roll_back', 'abort', 'pause', 'continue'] as const
  const press = fc.record({ at, on: fc.nat({ max: 2 }), button: fc.constantFrom(...pressed) })
  const kind = fc.oneof(fc.constant('normal' as const), fc.constantFrom(...behaviours))
  return fc.record({
    seed: fc.integer(),
    kinds: fc.array(fc.constantFrom(...benign), { minLength: 1, maxLength: 3 }),
    late: fc.array(fc.record({ kind, at, joins: fc.boolean() }), { minLength: 2, maxLength: 6 }),
    lateJoiners: fc.constantFrom('ignore', 'append'),
    slots: fc.integer({ min: 1, max: 3 }),
    unreachable: fc.constantFrom('replace', 'wait'),
    onTrip: fc.constant('pause'),
    approval: fc.constant('auto'),
    lenient: fc.constantFrom(false, false, true),
    barrier: fc.boolean(),
    halves: fc.constant(false),
    narrowed: fc.oneof(fc.constant([]), narrowing),
    presses: fc.array(press, { maxLength: 3 }),
  })
}

/** A release that is rolled out anew while devices reboot for it, and is taken back soon after. */
function begunAnew(): fc.Arbitrary<Story> {
  const soon = fc.integer({ min: 10_000, max: 90_000 })
  const maybe = fc.constantFrom('again', 'newer', 'pause', 'abort', 'continue')
  const after = fc.record({ by: soon, button: maybe })
  return fc
    .tuple(
      story(behaviours, buttons),
      fc.integer({ min: 50_000, max: 500_000 }),
      soon,
      fc.array(after, { maxLength: 2 }),
    )
    .map(([told, begun, by, rest]) => {
      let at = begun + by
      const later = rest.map((one) => ({ at: (at += one.by), on: -1, button: one.button }))
      const twice = { at: begun, on: -1, button: 'again' } as const
      const back = { at: begun + by, on: -1, button: 'roll_back' } as const
      return { ...told, lenient: true, halves: false, presses: [twice, back, ...later] }
    })
}

/** A rollout that is taken back while some of its devices are away, who return after that, or while something newer runs. */
function awayMeanwhile(): fc.Arbitrary<Story> {
  const back = fc.integer({ min: 300_000, max: 900_000 })
  const absence = fc.record({
    on: fc.nat({ max: 8 }),
    before: fc.integer({ min: 0, max: 60_000 }),
    long: fc.integer({ min: 100_000, max: 1_500_000 }),
  })
  const after = fc.record({
    by: fc.integer({ min: 10_000, max: 900_000 }),
    button: fc.constantFrom('newer', 'abort', 'retry', 'pause', 'continue'),
    on: fc.constantFrom(-1, -1, 0),
  })
  return fc
    .tuple(
      story(behaviours, buttons),
      back,
      fc.array(absence, { minLength: 1, maxLength: 4 }),
      fc.array(after, { maxLength: 2 }),
    )
    .map(([told, at, absences, rest]) => {
      const gone = absences.map(
        ({ on, before, long }) => ({ at: at - before, on, button: 'leave', until: at + long }) as const,
      )
      const later = rest.map(({ by, ...one }) => ({ ...one, at: at + by }))
      return { ...told, lenient: true, halves: false, presses: [...gone, { at, on: 0, button: 'roll_back' }, ...later] }
    })
}

// From here on operators let them go on without those that failed, and at last abort what nothing can prove.
function bringToAnEnd(world: World, told: Story): void {
  const from = world.now
  for (let round = 1; round <= 12; round++) lookAfter(world, from + round * 300_000)
  for (const { state, because } of world.rollouts) if (state === 'running') expect(holds(told)).toContain(because.code)
  stop(world)
  for (const rollout of world.rollouts) {
    expect([rollout.because.message, isOver(rollout)]).toEqual([rollout.because.message, true])
    expect(unfinished(rollout)).toEqual([])
  }
  for (const { id, behaviour } of world.options.devices)
    for (const rollout of world.rollouts) checkEnd(rollout, id, behaviour)
  checkPresent(world)
  checkRolledBack(world)
}

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

// What a rollout may wait for, for ever, until a person does something.
function holds({ unreachable }: Story): string[] {
  const offline = unreachable === 'wait' ? ['gate.waiting'] : []
  // Behind a device that never frees the only slot, those that come and go may all be away when it is looked at.
  return [
    'wave.nobody_left',
    'wave.nobody_matches',
    'wave.nobody_succeeded',
    'wave.waiting_for_devices',
    'budget.full',
    'target.offline',
    ...offline,
  ]
}

// How a device may end, by what it does.
function checkEnd(rollout: WorldRollout, id: string, behaviour: Behaviour): void {
  const row = rollout.rows.get(id)
  if (row) expect([behaviour, row.state, row.reason, mayEnd(rollout, row.state, behaviour)]).toContain(true)
}

function mayEnd({ parent, release }: WorldRollout, end: TargetState, behaviour: Behaviour): boolean {
  if (end === 'skipped' || end === 'reverted') return true
  if (behaviour === 'never_connects') return false
  if (end === 'succeeded') return parent !== null || release === newerRelease || benignOn(behaviour)
  return true
}

function benignOn(behaviour: Behaviour): boolean {
  return !['cannot_download', 'falls_back', 'unhealthy', 'never_returns'].includes(behaviour)
}

// Who still runs a release that was rolled back is named there with what keeps it.
function checkRolledBack(world: World): void {
  for (const rollout of world.rollouts) {
    const after = world.rollouts.some(({ release, startedAt, parent }) => {
      return parent === null && release === rollout.release && startedAt > rollout.startedAt
    })
    if (rollout.state !== 'rolled_back' || after) continue
    const child = world.rollouts.findLast(({ parent }) => parent === rollout)
    for (const [id, { report, connected }] of world.presence) {
      const row = child?.rows.get(id)
      const named = row?.state === 'skipped' || failures.includes(row?.state)
      // A completed rollout stands, and so does what it brings: that is current, and devices converge to it.
      const stands = world.rollouts.some(({ release, state, parent, rows }) => {
        return (
          parent === null && release === rollout.release && state === 'completed' && rows.get(id)?.state === 'succeeded'
        )
      })
      const stays = report?.bootedDigest === rollout.release.digests[0] && rollout.rows.has(id) && !stands
      must(!stays || named, 'who stays on the image is named', [id, row])
      const waits = child !== undefined && row !== undefined && waitsForDevice(world, child, row)
      must(!connected || !waits || !convergesTo(world, child), 'who is back goes back', [id, row])
    }
  }
}

const failures: readonly (TargetState | undefined)[] = failureStates
