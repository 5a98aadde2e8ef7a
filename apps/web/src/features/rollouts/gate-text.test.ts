import type { Evaluation } from '@bootfleet/contracts'
import { expect, test } from 'vitest'
import { gateText, ruleText } from './gate-text.ts'

const base: Evaluation = {
  metric: 'failures',
  numerator: 1,
  denominator: 4,
  threshold: 0,
  minSample: 1,
  verdict: 'trip',
}

test.each<[Partial<Evaluation>, string]>([
  [{}, '1 failed of 4 devices, at most 0 may'],
  [{ denominator: 1 }, '1 failed of 1 device, at most 0 may'],
  [
    { metric: 'failure_percent', threshold: 10, minSample: 5 },
    '1 failed of 4 concluded (25 %), at most 10 % may, judged from 5 on',
  ],
  [
    { metric: 'failure_percent', numerator: 0, denominator: 0, threshold: 10, minSample: 0 },
    '0 failed of 0 concluded, at most 10 % may',
  ],
  [{ metric: 'success_percent', threshold: 100 }, '1 succeeded of 4 devices (25 %), at least 100 % must'],
  [{ metric: 'signals', signal: 'latency', verdict: 'hold' }, 'Signal "latency" is unhealthy about 1 of 4 devices'],
  [{ metric: 'sprt_ratio', threshold: null }, 'sprt ratio: 1 of 4'],
])('a judgement says what it counts: %o', (part, text) => {
  expect(gateText({ ...base, ...part })).toBe(text)
})

test('a rule reads like the judgement that will be made by it', () => {
  expect(ruleText({ maxFailures: 0, minConcluded: 1, minSuccessPercent: 100, signals: 'hold' })).toBe(
    'at most 0 may fail; at least 100 % must succeed',
  )
  expect(ruleText({ maxFailurePercent: 10, minConcluded: 5, minSuccessPercent: 80, signals: 'hold' })).toBe(
    'at most 10 % may fail, judged from 5 on; at least 80 % must succeed',
  )
})
