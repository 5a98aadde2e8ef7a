import { expect, test } from 'vitest'
import { changesOf, valueAt, withValue } from './draft.ts'

const draft = { name: 'careful', spec: { waves: [{ name: 'canary' }, { name: 'early' }], stratifyBy: null } }

test('a path leads through objects and lists', () => {
  expect(valueAt(draft, 'spec.waves.1.name')).toBe('early')
  expect(valueAt(draft, 'spec.stratifyBy')).toBeNull()
  expect(valueAt(draft, 'spec.stratifyBy.deeper')).toBeUndefined()
  expect(valueAt(draft, 'spec.waves.7.name')).toBeUndefined()
})

test('one field is changed and nothing else, and what was there stays as it was', () => {
  const changed = withValue(draft, 'spec.waves.0.name', 'first')
  expect(changed).toEqual({
    name: 'careful',
    spec: { waves: [{ name: 'first' }, { name: 'early' }], stratifyBy: null },
  })
  expect(draft.spec.waves[0]).toEqual({ name: 'canary' })
  expect(Object.keys(withValue(draft, 'name', 'x'))).toEqual(['name', 'spec'])
})

test('what is missing on the way is made, and undefined takes a field out', () => {
  expect(withValue({}, 'spec.timeouts.grantSec', 5)).toEqual({ spec: { timeouts: { grantSec: 5 } } })
  expect(withValue({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 })
})

test('only what was changed is a change', () => {
  const before = { name: 'office', windows: [{ cron: '0 2 * * 6' }], channel: null }
  expect(changesOf(before, { ...before, windows: [{ cron: '0 2 * * 6' }] })).toEqual({})
  expect(changesOf(before, { ...before, windows: [], channel: 'edge' })).toEqual({ windows: [], channel: 'edge' })
})
