import { expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { Event, notifyChannels } from '@bootfleet/contracts'
import { routeEvent, routeEvents } from './routes.ts'

test('a due rollout becomes one job, however often it is due in a batch', () => {
  const rolloutId = randomUUID()
  const due: Event = { kind: 'rollout.due', rolloutId }
  const other: Event = { kind: 'rollout.due', rolloutId: randomUUID() }
  const { jobs, notify } = routeEvents([due, other, due])
  expect(jobs.map(({ input }) => input)).toEqual([{ rolloutId }, { rolloutId: other.rolloutId }])
  expect(notify).toEqual([])
})

test('desired documents wake the gateways once a batch, and each kick names its device', () => {
  const kicks = [randomUUID(), randomUUID()].map((deviceId): Event => ({
    kind: 'device.kick',
    deviceId,
    why: 'revoked',
  }))
  const { jobs, notify } = routeEvents([{ kind: 'desired.changed' }, ...kicks, { kind: 'desired.changed' }])
  expect(jobs).toEqual([])
  expect(notify.map(({ channel }) => channel)).toEqual([
    notifyChannels.desired,
    notifyChannels.kick,
    notifyChannels.kick,
  ])
  expect(notify.slice(1).map(({ payload }) => (JSON.parse(payload) as { why: string }).why)).toEqual([
    'revoked',
    'revoked',
  ])
})

test('every kind of event has a route', () => {
  const routed = ['rollout.due', 'desired.changed', 'device.kick']
  for (const { shape } of Event.options) {
    const kind = shape.kind.value
    const event = { kind, rolloutId: 'r', deviceId: 'd', why: 'admin' } as unknown as Event
    const { jobs, notify } = routeEvent(event)
    expect(jobs.length + notify.length, kind).toBe(routed.includes(kind) ? 1 : 0)
  }
})
