import { expect, test } from 'vitest'
import type { ReleaseNode } from './release-node.ts'
import { whyNoWayBack } from './way-back.ts'

function release(name: string, over: Partial<ReleaseNode> = {}): ReleaseNode {
  return { id: name, name, digests: [`sha256:${name}`], barrier: false, deadEnd: null, minimumFrom: null, ...over }
}

const deadEnd = { reason: 'its boot loader is broken', mayLeave: false }
const plain = [release('1'), release('2'), release('3')]
const barrier = [release('1'), release('2', { barrier: true }), release('3'), release('4')]

test.each<[string, readonly ReleaseNode[], string, string | null, string | null]>([
  ['to an older release', plain, '3', '1', null],
  ['to an image that no release has', plain, '3', 'other', null],
  ['to an image that is not known', plain, '3', null, null],
  ['over a barrier', barrier, '4', '1', 'skip.crosses_barrier'],
  ['over a barrier to an image that no release has', barrier, '4', 'other', 'skip.crosses_barrier'],
  ['from a barrier', barrier, '2', '1', 'skip.crosses_barrier'],
  ['to a barrier', barrier, '4', '2', null],
  ['with a barrier behind', barrier, '4', '3', null],
  ['with a barrier ahead', barrier, '1', 'other', null],
  ['to a dead end', [release('1', { deadEnd }), release('2')], '2', '1', 'skip.release_dead_end'],
  ['from a dead end', [release('1'), release('2', { deadEnd })], '2', '1', 'skip.dead_end'],
  ['to a newer release', plain, '1', '3', null],
  ['to a newer release through a barrier', barrier, '1', '3', 'skip.way_back_has_stops'],
  ['to the same release', plain, '2', '2', null],
])('a device goes back %s only where the graph lets it in one step', (_name, releases, from, to, expected) => {
  const blocked = whyNoWayBack(releases, { release: from, to: to && `sha256:${to}` })
  expect(blocked?.code ?? null).toBe(expected)
})

test('the barrier that keeps a device from going back is named', () => {
  expect(whyNoWayBack(barrier, { release: '4', to: 'sha256:1' })?.message).toContain('barrier 2')
})
