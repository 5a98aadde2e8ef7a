import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { changed } from './move.ts'
import type { TargetState } from './target-lifecycle.ts'
import { aDevice, aReport, aTarget, aView, moves, now, oldImage } from './view.testing.ts'
import type { ReportView, RolloutView, TargetView } from './view.ts'

const barrier = { release: 'r1', name: '1.0', barrier: true, accept: ['sha256:barrier'] }
const end = { release: 'r2', name: '2.0', barrier: false, accept: ['sha256:end'] }
const hops = [barrier, end]

/** A target at one of two hops, of a rollout that is rolled back. */
function at(
  place: number,
  state: TargetState,
  report: Partial<ReportView>,
  over: Partial<TargetView> = {},
): TargetView {
  return aTarget(state, {
    route: { hops, at: place },
    accept: hops[place]?.accept ?? [],
    fromDigest: place === 0 ? oldImage : 'sha256:barrier',
    fromBootKey: 'boot-1',
    device: aDevice({ report: aReport({ bootKey: 'boot-2', ...report }) }),
    ...over,
  })
}

function rolledBack(target: TargetView, state: 'under_way' | 'completed', over: Partial<RolloutView> = {}) {
  return decide(aView([target], { state: 'rolling_back', rollback: { id: 'child', state }, ...over }), now)
}

describe('a device on its way through hops, when its rollout is rolled back', () => {
  const onBarrier = { bootedDigest: 'sha256:barrier' }

  it('is not on the release at a hop: once that is healthy it stays there, by name', () => {
    const changes = moves(rolledBack(at(0, 'verifying', onBarrier), 'under_way'))
    expect(changes[0]).toMatchObject({ to: 'pending', slot: 'free', hop: { at: 1 } })
    expect(changes.at(-1)).toMatchObject({ to: 'skipped', reason: 'rolling_back' })
    expect(changes.at(-1)?.because).toMatchObject({ hop: 1, of: 2, release: '1.0' })
  })

  it('keeps its time to become healthy at a hop, and is not said to be on the release', () => {
    const checking = at(0, 'verifying', { ...onBarrier, health: 'checking' })
    expect(moves(rolledBack(checking, 'completed'))).toEqual([])
    expect(rolledBack(checking, 'completed').rollout).toBeUndefined()
    const late = { ...checking, stateSince: 0 }
    expect(moves(rolledBack(late, 'completed'))).toMatchObject([{ to: 'failed', because: { hop: 1, release: '1.0' } }])
  })

  it('has failed at a hop that it leaves, as nobody took it back from there', () => {
    const changes = moves(rolledBack(at(0, 'verifying', { bootedDigest: oldImage, bootKey: 'boot-3' }), 'under_way'))
    expect(changes).toMatchObject([{ to: 'failed', reason: 'barrier' }])
  })

  it('is waited for to leave the release at the end of its way', () => {
    const there = at(1, 'soaking', { bootedDigest: 'sha256:end' })
    expect(moves(rolledBack(there, 'under_way'))).toEqual([])
    expect(moves(rolledBack(there, 'completed'))).toMatchObject([{ to: 'failed', reason: 'not_taken_back' }])
    const back = at(1, 'soaking', { bootedDigest: oldImage, bootKey: 'boot-3' })
    expect(moves(rolledBack(back, 'under_way'))).toMatchObject([{ to: 'reverted' }])
  })
})

it('what a target starts from is what its device runs at the first grant, also on a route', () => {
  const origin = { digest: 'sha256:other', bootKey: 'boot-9' }
  const because = { code: 'target.granted', message: '' }
  const after = changed(at(0, 'staged', {}), { to: 'granted', because, origin }, now)
  expect(after).toMatchObject({ fromDigest: 'sha256:other', fromBootKey: 'boot-9' })
})
