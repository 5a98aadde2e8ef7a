import { afterEach, expect, test } from 'vitest'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listRolloutEvents } from './list-rollout-events.ts'
import { previewRollout } from './preview-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const recipe = (release: string) =>
  ({ channel: 'edge-stable', release, policy: quickPolicy({ waves: [], rest: { soakSec: 0 } }), start: 'now' }) as const

/** Lets devices obey, `seconds` apart, until the rollout is completed. */
async function finish(rollout: string, seconds: number) {
  for (let round = 0; round < 20; round++) {
    const now = await read(rollout)
    if (now.state === 'completed') return now
    await fleet.reportAll()
    fleet.clock.advance(seconds)
    await fleet.settle()
  }
  throw new Error('it did not come about')
}

test('what was expected at the start is kept, and told beside what happened', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  // Where the budget counts by a label too, both play it.
  const budget = {
    maxUnavailable: { count: 3 },
    maxUnavailablePerValue: { count: 1 },
    groupBy: 'site',
    maxDownloading: 9,
  }
  await fleet.db.transaction('system', (tx) => tx.deviceGroup.updateMany({ data: { budget } }))
  const first = recipe(await fleet.release(1))
  const preview = await previewRollout(fleet.ctx, first)
  const { id, estimate: atOnce } = await createRollout(fleet.ctx, first)
  expect(atOnce).toBeNull()
  await fleet.settle()
  const { estimate } = await read(id)
  expect(estimate).toEqual({ ...preview.estimate, finishedAt: null, standing: 'within_p50' })
  const before = fleet.clock.now().getTime()
  const done = await finish(id, 31)
  expect(done.estimate).toMatchObject({ ...preview.estimate, finishedAt: done.endedAt, standing: 'within_p50' })
  const tookSec = Math.round((Date.parse(done.endedAt ?? '') - before) / 1000)
  expect(done.because).toMatchObject({
    code: 'rollout.completed',
    message: expect.stringMatching(/It was expected by [-0-9]{10} [0-9]{2}:[0-9]{2} UTC .*: sooner than expected\.$/),
    expectedP50: preview.estimate?.p50,
    expectedP90: preview.estimate?.p90,
    standing: 'within_p50',
    tookSec,
  })
  const { items } = await listRolloutEvents(fleet.ctx, { rollout: id, limit: 200 })
  expect(items.find(({ kind }) => kind === 'rollout.completed')?.because).toEqual(done.because)

  // The next one is measured by this one, and is late when its devices take longer than those did.
  const { id: next } = await createRollout(fleet.ctx, recipe(await fleet.release(2)))
  await fleet.settle()
  expect((await read(next)).estimate).toMatchObject({ source: 'channel', samples: 3 })
  fleet.clock.advance(3600)
  expect((await read(next)).estimate).toMatchObject({ standing: 'late', finishedAt: null })
  expect(await finish(next, 31)).toMatchObject({
    estimate: { standing: 'late' },
    because: { standing: 'late', message: expect.stringContaining('later than expected') },
  })
})

test('what keeps devices from applying until a time is in it', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const to = new Date(fleet.clock.now().getTime() + 86_400_000).toISOString()
  const fair = { from: '2000-01-01T00:00:00Z', to, reason: 'fair' }
  await fleet.db.transaction('system', (tx) => tx.deviceGroup.updateMany({ data: { blackouts: [fair] } }))
  const { id } = await createRollout(fleet.ctx, recipe(await fleet.release(1)))
  await fleet.settle()
  const { estimate } = await read(id)
  expect(Date.parse(estimate?.p50 ?? '')).toBeGreaterThan(Date.parse(to))
  fleet.clock.advance(86_400)
  expect((await read(id)).estimate?.standing).toBe('within_p50')
})
