import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decision, TargetChange } from './decision.ts'
import { behaviours, benign, fakeDevice, type Behaviour } from './fake-device.testing.ts'
import { lifecycle } from './lifecycle.ts'
import type { PolicySpec } from './policy.ts'
import { hasEnded, mayMove } from './target-lifecycle.ts'
import { canary, image, policy as base, rest } from './view.testing.ts'
import { maxChanges } from './turn.ts'
import type { RolloutView } from './view.ts'
import { command } from './world-operator.testing.ts'
import { makeWorld, tick, unfinished, type World } from './world.testing.ts'

const stepMs = 10_000
const timeouts = {
  downloadSec: 300,
  grantSec: 60,
  applySec: 200,
  healthSec: 60,
  unreachableAfterSec: 60,
  giveUpAfterSec: 900,
}
const waves = [canary, { ...canary, name: 'some', size: { percent: 40 } }, rest].map((wave) => ({
  ...wave,
  soakSec: 30,
}))
const strict: PolicySpec = { ...base, waves, timeouts }

// `npm test` plays far more of them.
const runs = Number(process.env['WORLD_RUNS'] ?? 300)
const patience = 30_000 + runs * 100

function chances(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Story {
  readonly seed: number
  readonly kinds: readonly Behaviour[]
  readonly slots: number
  readonly unreachable: PolicySpec['unreachable']
  readonly onTrip: PolicySpec['onTrip']
  readonly approval: 'auto' | 'manual'
  readonly commands: readonly { at: number; verb: Parameters<typeof command>[1] }[]
}

function start({ seed, kinds, slots, unreachable, onTrip, approval }: Story, giveUpAfterSec = 900): World {
  const chance = chances(seed)
  const closedFrom = chance() < 0.3 ? Math.floor(chance() * 600_000) : Number.POSITIVE_INFINITY
  return makeWorld({
    policy: {
      ...strict,
      waves: waves.map((wave) => ({ ...wave, approval })),
      unreachable,
      onTrip,
      timeouts: { ...timeouts, giveUpAfterSec },
    },
    devices: kinds.map((kind, place) => fakeDevice(`device-${place + 1}`, kind, chances(seed + place))),
    slots,
    maxDownloading: 1 + Math.floor(chance() * 4),
    closedAt: (now) => now >= closedFrom && now < closedFrom + 300_000,
    watch,
  })
}

// `expect` is dear, and these are asked a million times.
function must(truth: boolean, what: string, seen?: unknown): void {
  if (!truth) expect.fail(`${what}: ${JSON.stringify(seen)}`)
}

// What must be true of every decision, whatever happened before.
function watch(world: World, view: RolloutView, decision: Decision): void {
  const seen = new Map(view.targets.map(({ deviceId, state }) => [deviceId, state]))
  const slots = new Set(world.slots.keys())
  for (const change of decision.targets) {
    const { from, to, because, dueAt } = change
    must(from === seen.get(change.deviceId), 'a change starts where the target is', change)
    seen.set(change.deviceId, to)
    must(from === to || mayMove(from, to), 'a move is in the table', change)
    must(/^[a-z_]+(\.[a-z_]+)+$/.test(because.code) && because.message !== '', 'a change has its reason', change)
    must(dueAt === null || dueAt > world.now, 'nothing is due at once again', change)
    watchBudget(world, { view, change, slots })
  }
  must(decision.targets.length <= maxChanges, 'a turn is bounded')
  must(decision.because.message !== '', 'a turn has its reason', decision)
  watchWaves(world, decision)
  const legal: readonly string[] = Object.values(lifecycle[world.state])
  must(!decision.rollout || legal.includes(decision.rollout.to), 'the rollout moves by its table', decision.rollout)
}

interface Watched {
  readonly view: RolloutView
  readonly change: TargetChange
  readonly slots: Set<string>
}

function watchBudget(world: World, { view, change, slots }: Watched): void {
  const { deviceId, from, to, instruct, slot, because } = change
  const applies = instruct?.kind === 'apply'
  const gives = (from === 'pending' && to === 'offered') || applies
  must(!gives || view.state === 'running', 'only a running rollout gives anything out', [view.state, change])
  must(!applies || view.groups['group-1']?.closed === null, 'a closed group is granted nothing', change)
  must(from === to || to !== 'granted' || slots.size < world.options.slots, 'the budget holds', [change, ...slots])
  must(slot === undefined || !/timeout/.test(because.code), 'no timeout frees a slot', change)
  must(slot !== 'free' || to === 'soaking' || !world.down.has(deviceId), 'a device that is down keeps its slot', change)
  if (slot === 'take') slots.add(deviceId)
  if (slot === 'free') slots.delete(deviceId)
}

function watchWaves(world: World, { targets, waves: changes }: Decision): void {
  const after = new Map([...world.rows].map(([id, { wave, state }]) => [id, { wave, state }]))
  for (const { deviceId, wave, to } of targets)
    after.set(deviceId, { wave: wave === undefined ? (after.get(deviceId)?.wave ?? null) : wave, state: to })
  const members = (index: number) => [...after.values()].filter(({ wave }) => wave === index)
  for (const { index, size } of world.waves) must(members(index).length <= size, 'a wave is not over-full', index)
  const passed = new Set(world.waves.filter(({ state }) => state === 'passed').map(({ index }) => index))
  for (const { index, state } of changes) {
    const earlier = Array.from({ length: index }, (_none, before) => before)
    const rule = world.options.policy.waves[world.waves[index]?.rule ?? 0]
    const mayOpen = rule?.approval !== 'manual' || world.waves[index]?.approved === true
    must(state !== 'open' || mayOpen, 'a manual wave opens when a person approved it', changes)
    must(state !== 'open' || earlier.every((before) => passed.has(before)), 'a wave opens after those before', changes)
    if (state !== 'passed') continue
    passed.add(index)
    const states = members(index).map((member) => member.state)
    must(states.length === world.waves[index]?.size && states.every(hasEnded), 'what passed has ended', states)
    must(states.includes('succeeded'), 'what passed has proved something', states)
  }
}

// What must be true of the world between decisions.
function check(world: World): void {
  const rebooting = world.options.devices.filter(({ id, conn }) => conn === null && world.down.has(id))
  must(
    rebooting.every(({ id }) => world.slots.has(id)),
    'a device that is down holds a slot',
    rebooting,
  )
  must(world.wakeAt === null || world.wakeAt > world.now, 'a rollout at rest wakes later', world.wakeAt)
  for (const { state, deviceId } of world.rows.values()) {
    const booted = world.presence.get(deviceId)?.report?.bootedDigest
    must(state !== 'succeeded' || booted === image, 'success is a proven boot', [deviceId, booted])
  }
  must(!isOver(world) || unfinished(world).length === 0, 'nothing is left when it is over', unfinished(world))
}

function isOver({ state }: World): boolean {
  return state === 'completed' || state === 'aborted'
}

function play(world: World, { commands }: Pick<Story, 'commands'>, until: number): void {
  while (world.now < until && !isOver(world)) {
    for (const { at, verb } of commands) if (at > world.now - stepMs && at <= world.now) command(world, verb)
    tick(world, stepMs)
    check(world)
  }
}

const anyVerb = fc.constantFrom(
  'pause',
  'continue',
  'retry',
  'promote',
  'approve',
  'abort',
  'pause',
  'continue',
  'retry',
)
const story = (
  kinds: readonly Behaviour[],
  verb: fc.Arbitrary<Story['commands'][number]['verb']>,
): fc.Arbitrary<Story> =>
  fc.record({
    seed: fc.integer(),
    kinds: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 9 }),
    slots: fc.integer({ min: 1, max: 3 }),
    unreachable: fc.constantFrom('replace', 'wait'),
    onTrip: fc.constantFrom('pause', 'pause', 'abort'),
    approval: fc.constantFrom('auto', 'manual'),
    commands: fc.array(fc.record({ at: fc.integer({ min: 0, max: 1_500_000 }), verb }), { maxLength: 5 }),
  })

describe('a rollout in a small world', () => {
  it('keeps its promises whatever devices and operators do, and ends', { timeout: patience }, () => {
    const property = fc.property(story(behaviours, anyVerb), (told) => {
      const world = start(told)
      play(world, told, 1_600_000)
      // From here on an operator lets it go on without those that failed, and at last aborts what nothing can prove.
      for (let round = 1; round <= 12; round++) {
        if (world.state === 'paused' || world.state === 'pausing') command(world, 'continue')
        for (const _wave of waves) {
          command(world, 'approve')
          play(world, { commands: [] }, world.now + stepMs)
        }
        play(world, { commands: [] }, 1_600_000 + round * 300_000)
      }
      if (world.state === 'running') expect(holds(told)).toContain(world.because.code)
      command(world, 'abort')
      play(world, { commands: [] }, world.now + 900_000)
      expect(['completed', 'aborted']).toContain(world.state)
      for (const { id, behaviour } of world.options.devices)
        expect([behaviour, ends(world, id, behaviour)]).toEqual([behaviour, true])
    })
    fc.assert(property, { numRuns: runs })
  })

  it('brings every device that can be updated to the image', { timeout: patience }, () => {
    const verbs = fc.constantFrom('pause', 'continue', 'promote', 'retry')
    const property = fc.property(story(benign, verbs), (told) => {
      const world = start(told, 86_400)
      play(world, told, 1_600_000)
      command(world, 'continue')
      // Once for each wave, and once too early: a rollout that has just been resumed has asked for nothing yet.
      for (let round = 1; round <= waves.length + 1; round++) {
        command(world, 'approve')
        play(world, { commands: [] }, 1_600_000 + round * 1_500_000)
      }
      expect(world.state).toBe('completed')
      expect([...world.rows.values()].filter(({ state }) => state !== 'succeeded')).toEqual([])
      expect(world.slots.size).toBe(0)
    })
    fc.assert(property, { numRuns: Math.ceil(runs / 5) })
  })
})

// What a rollout may wait for, for ever, until a person does something.
function holds({ unreachable }: Story): string[] {
  const offline = unreachable === 'wait' ? ['gate.waiting'] : []
  // Behind a device that never frees the only slot, those that come and go may all be away when it is looked at.
  return ['wave.nobody_left', 'wave.waiting_for_devices', 'budget.full', 'target.offline', ...offline]
}

// How a device may end, by what it does.
function ends(world: World, id: string, behaviour: Behaviour): boolean {
  const row = world.rows.get(id)!
  const left = ['skipped', 'reverted'].includes(row.state)
  if (behaviour === 'never_connects') return row.state === 'skipped'
  if (behaviour === 'cannot_download') return left || row.state === 'failed'
  if (behaviour === 'never_returns') return left || (row.state === 'timed_out' && world.slots.has(id))
  if (['falls_back', 'unhealthy'].includes(behaviour)) return left || row.state === 'rolled_back'
  if (behaviour === 'regresses') return left || ['rolled_back', 'succeeded', 'timed_out'].includes(row.state)
  return left || row.state === 'succeeded'
}
