import { expect, test } from 'vitest'
import { counted, formatBytes, formatSeconds, percent } from './amounts.ts'

test('seconds read in at most two units', () => {
  expect([0, 5, 90, 3600, 90_061].map(formatSeconds)).toEqual(['0 s', '5 s', '1 min 30 s', '1 h', '1 d 1 h'])
})

test('bytes read in the unit that fits', () => {
  expect([0, 512, 1536, 300 * 1024 ** 2].map(formatBytes)).toEqual(['0 B', '512 B', '1.5 KiB', '300 MiB'])
})

test('one is not many', () => {
  expect([counted(1, 'device'), counted(0, 'device'), counted(2, 'boot')]).toEqual(['1 device', '0 devices', '2 boots'])
})

test('a percentage never claims all or nothing when it is not', () => {
  expect([percent(999, 1000), percent(1, 1000), percent(4, 4), percent(0, 4), percent(0, 0)]).toEqual([
    '99 %',
    '1 %',
    '100 %',
    '0 %',
    'none',
  ])
})
