import { expect, test } from 'vitest'
import type { Rollout, RolloutEvent } from '@bootfleet/contracts'
import { createClient } from '@bootfleet/sdk'
import { anEvent, aRollout, rolloutId } from '../testing/a-rollout.ts'
import { followRollout, type Outage, type Snapshot } from './follow-rollout.ts'

interface Answer {
  readonly rollout: Rollout
  /** The newest first, as the API has it. */
  readonly events: readonly RolloutEvent[]
}

/** A server that gives one answer after the other, and refuses live streams. `undefined`: it is away. */
function serve(answers: readonly (Answer | undefined)[]) {
  let turn = -1
  const json = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }))
  return createClient({
    baseUrl: 'http://fleet.test',
    fetch: (input) => {
      const { pathname } = new URL(input as URL)
      if (pathname === '/v1/live') return json({}, 404)
      if (!pathname.endsWith('/events')) turn = Math.min(turn + 1, answers.length - 1)
      const answer = answers[turn]
      if (!answer) return Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }))
      return json(pathname.endsWith('/events') ? { items: answer.events, nextCursor: null } : answer.rollout)
    },
  })
}

async function collect(answers: readonly (Answer | undefined)[], options = {}): Promise<(Snapshot | Outage)[]> {
  const seen: (Snapshot | Outage)[] = []
  const { signal } = new AbortController()
  for await (const each of followRollout(serve(answers), rolloutId, { signal, pollMs: 1, retryMs: 1, ...options })) {
    seen.push(each)
    if (seen.length === answers.length) break
  }
  return seen
}

test('each look brings what happened since the one before, the oldest first, also without a live stream', async () => {
  const seen = await collect([
    { rollout: aRollout(), events: [anEvent(2), anEvent(1)] },
    { rollout: aRollout({ state: 'completed' }), events: [anEvent(10), anEvent(3), anEvent(2), anEvent(1)] },
  ])
  expect(seen.map((each) => (each.kind === 'rollout' ? each.events.map(({ id }) => id) : each.kind))).toEqual([
    ['1', '2'],
    ['3', '10'],
  ])
})

test('an outage is told and outlasted', async () => {
  const answer = { rollout: aRollout(), events: [] }
  const seen = await collect([undefined, undefined, answer])
  expect(seen.map(({ kind }) => kind)).toEqual(['outage', 'outage', 'rollout'])
})

test('an outage beyond all patience is thrown', async () => {
  await expect(collect([undefined, undefined, undefined], { patienceMs: -1 })).rejects.toThrow('fetch failed')
})
