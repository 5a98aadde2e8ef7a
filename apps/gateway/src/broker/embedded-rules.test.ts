import { expect, test } from 'vitest'
import { judgePublish, judgeWill, maySubscribe } from './embedded-rules.ts'

const packet = { payload: '{}', qos: 1, retain: false }

test.each([
  ['bf/v1/d1/up/state', 'up/state'],
  ['bf/v1/d1/tm/hb', 'tm/hb'],
])('a device may publish %s', (topic, kind) => {
  expect(judgePublish('d1', { ...packet, topic })).toEqual({ kind })
})

test.each([
  ['another device’s topic', { topic: 'bf/v1/d2/up/state' }, 'forbidden_topic'],
  ['a topic of the server', { topic: 'bf/v1/d1/dn/ctl' }, 'forbidden_topic'],
  ['a level too many', { topic: 'bf/v1/d1/up/state/x' }, 'forbidden_topic'],
  ['an empty level', { topic: 'bf/v1//up/state' }, 'forbidden_topic'],
  ['a system topic', { topic: '$SYS/x' }, 'forbidden_topic'],
  ['a retained message', { topic: 'bf/v1/d1/up/state', retain: true }, 'retain'],
  ['QoS 2', { topic: 'bf/v1/d1/up/state', qos: 2 }, 'qos'],
  ['a document that is too large', { topic: 'bf/v1/d1/up/state', payload: 'x'.repeat(65_537) }, 'too_large'],
])('a device may not publish %s', (_name, change, refused) => {
  expect(judgePublish('d1', { ...packet, ...change })).toEqual({ refused })
})

test('a will is the device’s own presence, and small', () => {
  expect(judgeWill('d1', { ...packet, topic: 'bf/v1/d1/up/presence' })).toBeUndefined()
  expect(judgeWill('d1', { ...packet, topic: 'bf/v1/d1/up/state' })).toBe('forbidden_topic')
  expect(judgeWill('d1', { ...packet, topic: 'bf/v1/d1/up/presence', payload: 'x'.repeat(3000) })).toBe('too_large')
})

test('a device subscribes to its two topics, written out', () => {
  const filters = [
    'bf/v1/d1/dn/desired',
    'bf/v1/d1/dn/ctl',
    'bf/v1/d1/dn/+',
    '#',
    '$share/g/bf/v1/d1/dn/ctl',
    'bf/v1/d2/dn/ctl',
  ]
  expect(filters.map((filter) => maySubscribe('d1', filter))).toEqual([true, true, false, false, false, false])
})
