import { expect, it } from 'vitest'
import { withStop } from './sentence.ts'

it.each([
  ['bad', 'bad.'],
  ['It is bad. ', 'It is bad.'],
  ['why?', 'why?'],
  ['', ''],
])('%j is followed by a sentence as %j', (said, expected) => {
  expect(withStop(said)).toBe(expected)
})
