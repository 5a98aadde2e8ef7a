import { expect, test } from 'vitest'
import type { RollbackPreview } from '@bootfleet/contracts'
import type { Output } from './output.ts'
import { createPaint } from './paint.ts'
import { rollbackPreviewLines } from './rollback-preview-lines.ts'

const id = '0198c0de-0000-7000-8000-000000000001'
const none = () => undefined
const size = { width: () => 80, height: () => 24 }
const output: Output = {
  ...size,
  json: false,
  live: false,
  paint: createPaint(false),
  result: none,
  record: none,
  write: none,
  note: none,
}

test('a preview of a roll-back names where devices go and how, who does not, and why it is not possible', () => {
  const devices = [{ id, name: 'kiosk-1' }]
  const preview: RollbackPreview = {
    rollout: id,
    access: { allowed: false, reason: 'A newer rollout came after this one.' },
    eligible: 3,
    bySlot: 2,
    byPull: 1,
    bytesToPull: 3_000_000,
    goesTo: [
      { digest: 'sha256:0', release: { id, name: '1.0' }, bySlot: 2, byPull: 1, bytesToPull: 3_000_000, devices },
    ],
    goesToCount: 2,
    excluded: [{ because: { code: 'skip.no_last_good', message: 'It is gone.' }, count: 1, devices }],
    estimate: null,
    warnings: [],
  }
  expect(rollbackPreviewLines(preview, output)).toEqual([
    '3 devices would go back: 2 by the slot that they have, 1 by pulling (3.0 MB).',
    '',
    'GOES TO  BY SLOT  BY PULL   PULLS  FIRST',
    '1.0            2        1  3.0 MB  kiosk-1',
    'and to 1 image more',
    '',
    'Left out:',
    '  1 device: It is gone. (kiosk-1)',
    '',
    'Not possible now: A newer rollout came after this one.',
  ])
})
