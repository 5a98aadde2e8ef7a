import { PolicyInput } from '@bootfleet/contracts'
import { expect, test } from 'vitest'
import type { Output } from './output.ts'
import { createPaint } from './paint.ts'
import { recipeLines } from './policy-lines.ts'

const output: Output = {
  json: false,
  live: false,
  paint: createPaint(false),
  width: () => 80,
  height: () => 24,
  result: () => undefined,
  record: () => undefined,
  write: () => undefined,
  note: () => undefined,
}

const units = ['a-unit-with-quite-a-long-name.service', 'another-unit-with-a-long-name.service']

test('a recipe reads as waves with their gates, then its rules, within 80 columns', () => {
  const waves = [
    { name: 'canary', size: { count: 1 }, gate: { maxFailures: 0, signals: 'trip' as const } },
    { name: 'early', size: { percent: 10 }, soakSec: 9000, approval: 'manual' as const },
  ]
  const lines = recipeLines(PolicyInput.parse({ waves, approvals: 2, healthUnits: units }), output)
  expect(lines.slice(0, 6)).toEqual([
    'Wave 1 canary',
    '  1 device, soak 5m',
    '  gate: at most 0 may fail; at least 100% must succeed; unhealthy signals trip',
    '  it',
    'Wave 2 early',
    '  up to 10% of all devices, soak 150m, opens when a person approves it',
  ])
  expect(lines).toContain('Approvals          2 other people')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})
