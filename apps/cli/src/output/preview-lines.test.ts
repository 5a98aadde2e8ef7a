import { expect, test } from 'vitest'
import type { RolloutPreview } from '@bootfleet/contracts'
import { createPaint } from './paint.ts'
import type { Output } from './output.ts'
import { previewLines } from './preview-lines.ts'

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

const id = '0198c0de-0000-7000-8000-000000000001'

function aPreview(preview: Partial<RolloutPreview> = {}): RolloutPreview {
  const common = {
    selector: null,
    soakSec: 60,
    bytesToPull: 3_000_000,
    devices: [{ id, name: 'kiosk-1' }],
    reserves: [],
    failuresToTrip: 1,
  }
  const strata = [{ value: 'berlin', count: 2 }]
  return {
    id,
    channel: { id, name: 'edge-stable' },
    release: { id, version: '1.2.0', tag: '1.2', repository: 'registry.test/os/edge' },
    eligible: 30,
    stratifyBy: 'site',
    waves: [
      { index: 0, name: 'canary', size: 3, successesToPass: 3, strata, strataCount: 2, ...common },
      { index: 1, name: 'rest', size: 27, successesToPass: 27, strata: [], strataCount: 0, ...common },
    ],
    mergedWaves: [],
    excluded: [],
    supersedes: [],
    bytesToPull: null,
    overHops: null,
    estimate: null,
    warnings: [],
    ...preview,
  }
}

test('a preview says which values of the label each wave meets', () => {
  const strata = [
    { value: null, count: 1 },
    { value: '', count: 1 },
  ]
  const [canary, rest] = aPreview().waves
  const lines = previewLines(aPreview({ waves: [canary!, { ...rest!, strata, strataCount: 2 }] }), output)
  expect(lines.slice(lines.indexOf('Dealt over the values of the label site:') + 1)).toEqual([
    '  1 canary: berlin 2, and 1 more',
    '  2 rest: without the label 1, "" 1',
  ])
})

test('a preview says what each wave pulls, and that some devices take other releases on their way', () => {
  const overHops = { devices: 4, bytesToPull: 5_000_000 }
  const text = previewLines(aPreview({ overHops }), output).join('\n')
  expect(text).toMatch(/canary .* 3\.0 MB/)
  expect(text).toContain('4 devices boot other releases on their way, and pull 5.0 MB of that.')
})

test('a preview of an order that is not stratified says nothing of labels', () => {
  expect(previewLines(aPreview({ stratifyBy: null }), output).join('\n')).not.toMatch(/label|berlin/)
})

test('a preview says which devices a wave with a selector takes', () => {
  const [canary, rest] = aPreview().waves
  const lines = previewLines(aPreview({ waves: [{ ...canary!, selector: 'site=lab' }, rest!] }), output)
  expect(lines).toContain('  1 canary: devices that match site=lab')
  expect(lines.join('\n')).not.toContain('2 rest: devices that match')
})
