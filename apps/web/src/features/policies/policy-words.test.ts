import { expect, test } from 'vitest'
import { approvalText, sizeText } from './policy-words.ts'

test.each([
  [{ size: { count: 1 }, selector: null }, '1 device'],
  [{ size: { percent: 10 }, selector: null }, 'up to 10 % of all devices'],
  [{ size: null, selector: null }, 'all the others'],
  [{ size: null, selector: 'site=lab' }, 'all devices that match site=lab'],
  [{ size: { count: 2 }, selector: 'site=lab' }, '2 devices that match site=lab'],
  [{ size: { percent: 50 }, selector: 'site=lab' }, 'up to 50 % of all devices that match site=lab'],
])('%j takes %s', (wave, text) => {
  expect(sizeText(wave)).toBe(text)
})

test('a wave opens at the start, after the one before, or by a person', () => {
  expect(approvalText('auto', true)).toBe('opens at the start')
  expect(approvalText('auto', false)).toBe('opens when the wave before it has passed')
  expect(approvalText('manual', true)).toBe('opens when a person has approved it')
})
