import fc from 'fast-check'
import { behaviours, benign, type Behaviour } from './fake-device.testing.ts'
import { buttons } from './world-operator.testing.ts'
import type { Press, Story } from './world-story.testing.ts'

const narrowing = fc.tuple(
  fc.constantFrom(null, { selector: 'third=1' }),
  fc.constantFrom(null, { selector: 'third in (1,2)' }, { selector: 'third=2', size: null }),
)

/** Any story with devices of these kinds, most of them normal, and these buttons. */
export function story(kinds: readonly Behaviour[], pressed: readonly Press['button'][]): fc.Arbitrary<Story> {
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
export function latecomers(): fc.Arbitrary<Story> {
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
export function begunAnew(): fc.Arbitrary<Story> {
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
export function awayMeanwhile(): fc.Arbitrary<Story> {
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
