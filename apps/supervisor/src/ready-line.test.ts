import { expect, test } from 'vitest'
import { readyLine } from './ready-line.ts'

test('a first start says where its time went', () => {
  const prepared = [
    { name: 'packages', seconds: 32.6 },
    { name: 'build', seconds: 15.9 },
  ]
  expect(readyLine(prepared, 57.5)).toBe('Ready in 58 s: packages 33, build 16, database and processes 9.')
})

test('a start that had nothing to prepare says how long it took', () => {
  expect(readyLine([], 6.2)).toBe('Ready in 6 s.')
})
