import { describe, expect, it } from 'vitest'
import { bootCases } from './boot-cases.testing.ts'
import { given, onImage } from './situation.testing.ts'
import { stagingCases } from './staging-cases.testing.ts'
import { mayMove, targetLifecycle, targetStates } from './target-lifecycle.ts'
import { changesOf, oldImage } from './view.testing.ts'

const cases = [...stagingCases, ...bootCases]

// Made by operators: a failure that is tried again, a target that is offered anew; and kept open for them.
const byOperators = new Set([
  'failed → pending',
  'timed_out → pending',
  'rolled_back → pending',
  'failed → offered',
  'rolled_back → offered',
  'skipped → offered',
  'skipped → pending',
  'reverted → pending',
  'downloading → offered',
  'staged → offered',
  'granted → reverted',
  'verifying → rebooting',
  'downloading → granted',
])

describe('following a device', () => {
  it.each(cases)('%s: %s → %s', (_name, from, to, code, situation) => {
    const [first] = changesOf(given(from, situation), situation.view)
    expect(first).toMatchObject({ from, to, because: { code } })
    expect(first?.because.message.length).toBeGreaterThan(5)
  })

  it('reaches every move of the table that is not an operator’s', () => {
    const reached = new Set(cases.map(([, from, to]) => `${from} → ${to}`))
    const table = targetStates.flatMap((from) => targetLifecycle[from].map((to) => `${from} → ${to}`))
    expect(table.filter((move) => !reached.has(move) && !byOperators.has(move))).toEqual([])
  })

  it('makes no move that the table does not allow', () => {
    for (const [, from, , , situation] of cases)
      for (const change of changesOf(given(from, situation), situation.view))
        expect([change.from, change.to, change.from === change.to || mayMove(change.from, change.to)]).toEqual([
          change.from,
          change.to,
          true,
        ])
  })

  it('leaves what has ended alone', () => {
    for (const state of ['failed', 'rolled_back', 'reverted', 'skipped'] as const)
      for (const report of [{}, onImage, { bootKey: 'boot-9' }])
        expect(changesOf(given(state, { report, target: { grant: null, holdsSlot: false } }), { waves: [] })).toEqual(
          [],
        )
    const other = { report: { bootedDigest: oldImage }, target: { reason: 'download', grant: null, holdsSlot: false } }
    expect(changesOf(given('timed_out', other), { waves: [] })).toEqual([])
  })
})
