import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { findRoute } from './find-route.ts'
import type { ReleaseNode } from './release-node.ts'

function release(name: string, over: Partial<ReleaseNode> = {}): ReleaseNode {
  return { id: name, name, digests: [`sha256:${name}`], barrier: false, deadEnd: null, minimumFrom: null, ...over }
}

const deadEnd = { reason: 'its boot loader is broken', mayLeave: false }

function routeOf(releases: readonly ReleaseNode[], running: string | null, target: string): string[] | string {
  const found = findRoute(releases, { running: running && `sha256:${running}`, target })
  return 'blocked' in found ? found.blocked.code : found.hops.map(({ name }) => name)
}

describe('the way to a release', () => {
  const barriers = [release('1'), release('2', { barrier: true }), release('3'), release('4', { barrier: true })]
  const plain = [...barriers.slice(0, 3), release('4'), release('5')]
  const minimum = [release('1'), release('2'), release('3', { minimumFrom: '2' }), release('4', { minimumFrom: '3' })]
  const stuck = [release('1'), release('2', { deadEnd }), release('3', { minimumFrom: '2' })]
  const left = [release('1', { deadEnd: { ...deadEnd, mayLeave: true } }), release('2')]
  const noImage = [release('1'), release('2', { barrier: true, digests: [] }), release('3')]

  it.each<[string, readonly ReleaseNode[], string | null, string, string[] | string]>([
    ['is one step where nothing is marked', [release('1'), release('2'), release('3')], '1', '3', ['3']],
    ['stops at a barrier', plain, '1', '5', ['2', '5']],
    ['does not stop at the barrier that the device runs', plain, '2', '5', ['5']],
    ['does not stop at a barrier behind the device', plain, '3', '5', ['5']],
    ['stops at each barrier', [...barriers, release('5')], '1', '5', ['2', '4', '5']],
    ['may end at a barrier', barriers, '3', '4', ['4']],
    ['takes an unknown image for older than every release', plain, 'other', '5', ['2', '5']],
    ['takes a device that has said nothing for older than every release', plain, null, '5', ['2', '5']],
    ['goes by the newest release that a minimum lets the device take', minimum, '1', '4', ['2', '3', '4']],
    ['needs no stop from the minimum on', minimum, '3', '4', ['4']],
    ['is none when no release leads to the minimum', stuck, '1', '3', 'skip.below_minimum'],
    ['is none to a dead end', stuck, '1', '2', 'skip.release_dead_end'],
    ['is none from a dead end', stuck, '2', '3', 'skip.dead_end'],
    ['leaves a dead end once a person allowed it', left, '1', '2', ['2']],
    ['is none past a barrier without an image', noImage, '1', '3', 'skip.barrier_unavailable'],
    ['goes back in one step', plain, '5', '3', ['3']],
    ['goes back to a barrier', plain, '5', '2', ['2']],
    ['does not go back over a barrier', plain, '5', '1', 'skip.crosses_barrier'],
    ['does not go back from a barrier', plain, '2', '1', 'skip.crosses_barrier'],
    ['has no step when the device is there', plain, '5', '5', []],
  ])('%s', (_name, releases, running, target, expected) => {
    expect(routeOf(releases, running, target)).toEqual(expected)
  })

  it('tells what blocks it', () => {
    const found = findRoute(stuck, { running: 'sha256:2', target: '3' })
    expect(found).toMatchObject({
      blocked: { message: expect.stringContaining(`dead end: ${deadEnd.reason}. Allow`), release: '2' },
    })
  })
})

const mark = fc.record({
  barrier: fc.boolean(),
  deadEnd: fc.option(fc.record({ reason: fc.constant('bad'), mayLeave: fc.boolean() }), { freq: 6 }),
  image: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 0),
  minimum: fc.option(fc.nat(), { freq: 3 }),
})

const graphs = fc.array(mark, { minLength: 1, maxLength: 12 }).chain((marks) => {
  const releases = marks.map(({ barrier, deadEnd: end, image, minimum }, index) =>
    release(String(index), {
      barrier,
      deadEnd: end,
      ...(image ? {} : { digests: [] }),
      minimumFrom: minimum === null || index === 0 ? null : String(minimum % index),
    }),
  )
  const index = fc.nat({ max: releases.length - 1 })
  return fc.record({ releases: fc.constant(releases), from: fc.option(index), to: index })
})

type Case = { readonly releases: readonly ReleaseNode[]; readonly from: number | null; readonly to: number }

function barriersOf(releases: readonly ReleaseNode[], after: number, before: number): number[] {
  return releases.flatMap(({ barrier }, place) => (barrier && place > after && place < before ? [place] : []))
}

function expectLawful({ releases, from, to }: Case): void {
  const running = from === null ? null : (releases[from]?.digests[0] ?? null)
  const at = running === null ? -1 : Number(from)
  const found = findRoute(releases, { running, target: String(to) })
  if ('blocked' in found) {
    expect(found.blocked.message.length).toBeGreaterThan(5)
    return
  }
  const places = found.hops.map(({ id }) => Number(id))
  if (to === at) expect(places).toEqual([])
  else if (to < at) expect([places, barriersOf(releases, to, at + 1)]).toEqual([[to], []])
  else expectForwards(releases, places, { at, to })
}

function expectForwards(
  releases: readonly ReleaseNode[],
  places: readonly number[],
  { at, to }: { at: number; to: number },
): void {
  const increasing = places.every((place, step) => place > (places[step - 1] ?? at))
  expect([increasing, places.at(-1)]).toEqual([true, to])
  expect(places).toEqual(expect.arrayContaining(barriersOf(releases, at, to)))
  for (const [step, place] of places.entries()) {
    const { minimumFrom, deadEnd: end, digests } = releases[place] ?? release('none')
    expect(Number(minimumFrom ?? -1)).toBeLessThanOrEqual(places[step - 1] ?? at)
    expect([end, digests.length]).toEqual([null, 1])
  }
}

test('a way ends at its target, is forwards or one step, passes no barrier by, and takes only what each step may', () => {
  fc.assert(fc.property(graphs, expectLawful), { numRuns: 2000 })
})

test('a device that is further has no longer a way', () => {
  fc.assert(
    fc.property(graphs, ({ releases, from, to }) => {
      if (from === null || from >= to || releases[from]?.deadEnd || releases[from]?.digests.length === 0) return
      const behind = findRoute(releases, { running: null, target: String(to) })
      const ahead = findRoute(releases, { running: `sha256:${from}`, target: String(to) })
      if ('blocked' in behind) return
      expect('blocked' in ahead ? Infinity : ahead.hops.length).toBeLessThanOrEqual(behind.hops.length)
    }),
    { numRuns: 2000 },
  )
})
