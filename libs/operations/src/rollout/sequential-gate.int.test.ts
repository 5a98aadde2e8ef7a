import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listRolloutEvents } from './list-rollout-events.ts'
import { previewRollout } from './preview-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const sprt = { goodFailurePercent: 5, badFailurePercent: 60, alpha: 0.2, beta: 0.2 }

test('a sequential gate passes its wave on the first granted, and a regression later is told once', async () => {
  fleet = await TestFleet.create({ devices: 8 })
  const release = await fleet.release(1)
  const gate = { minConcluded: 1, minSuccessPercent: 100, sprt, signals: 'hold' as const }
  const first = { name: 'first', size: { count: 7 }, soakSec: 30, gate }
  const policy = quickPolicy({ waves: [first], rest: quickPolicy().rest })
  const input = { channel: 'edge-stable', release, policy, start: 'now' } as const
  const small = quickPolicy({ waves: [{ ...first, size: { count: 1 } }] })
  const { warnings } = await previewRollout(fleet.ctx, { ...input, policy: small })
  expect(warnings).toMatchObject([{ code: 'preview.sample_too_small', size: 1, minToPass: 2 }])
  const { id } = await createRollout(fleet.ctx, input)
  await fleet.settle()
  for (let round = 0; round < 20; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
  const done = await getRollout(fleet.ctx, { rollout: id })
  expect(done).toMatchObject({ state: 'completed', counts: { succeeded: 8 } })
  expect(done.waves[0]?.evaluation).toMatchObject([
    { metric: 'sequential_trip', verdict: 'undecided' },
    { metric: 'sequential_pass', numerator: 0, verdict: 'pass' },
  ])
  const orders = await fleet.db.transaction('system', (tx) =>
    tx.rolloutTarget.findMany({ where: { rolloutId: id, wave: 0 }, orderBy: { grantOrder: 'asc' } }),
  )
  expect(orders.map(({ grantOrder }) => grantOrder)).toEqual([1, 2, 3, 4, 5, 6, 7])

  for (const device of fleet.devices) {
    device.booted = digestOf(0)
    device.boots += 1
    await device.report('healthy')
    await fleet.settle()
  }
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({
    state: 'completed',
    because: { code: 'rollout.regressed', numerator: 8, denominator: 8 },
  })
  const { items } = await listRolloutEvents(fleet.ctx, { rollout: id, limit: 200 })
  expect(items.filter(({ kind }) => kind === 'rollout.regressed')).toHaveLength(1)
})
