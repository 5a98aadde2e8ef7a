import type { Rollout } from '@bootfleet/contracts'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { aCount, anEvent, aRollout, aWave } from '../testing/a-rollout.ts'
import { createPaint } from './paint.ts'
import { rolloutFrame, type FrameInput } from './rollout-frame.ts'
import { textWidth } from './text.ts'

const now = Date.parse('2026-03-01T02:01:30Z')
const frame = (input: Partial<FrameInput> = {}) =>
  rolloutFrame({ rollout: aRollout(), events: [], now, width: 80, height: 24, paint: createPaint(false), ...input })
const events = Array.from({ length: 12 }, (_, at) => ({ event: anEvent(at), device: `kiosk-${at}` }))

test('it says what, how far, each wave, why, and what happened last', () => {
  const waves = [
    aWave({ state: 'passed', counts: aCount({ succeeded: 1 }) }),
    aWave({ index: 1, name: 'rest', size: 3, counts: aCount({ succeeded: 1, soaking: 1, failed: 1 }) }),
  ]
  const rollout = aRollout({ waves, eligible: 4, counts: aCount({ succeeded: 2, failed: 1, soaking: 1 }) })
  expect(frame({ rollout, events: events.slice(0, 1) })).toEqual([
    'edge-stable → 1.2.0                                                 running 90 s',
    rollout.id,
    `${'█'.repeat(30)}${'░'.repeat(10)}  2 of 4 succeeded, 1 failed`,
    '',
    '   WAVE    STATE   TARGETS',
    '1  canary  passed  1 of 1 succeeded',
    '2  rest    open    1 of 3 succeeded, 1 failed, 1 soaking',
    '',
    '0 of 1 succeeded, 1 under way.',
    '',
    '02:00:05  kiosk-0: The device may reboot into the image now.',
  ])
})

test('it fits every terminal, however many waves and events there are', () => {
  const long = 'a reason with many words '.repeat(30)
  const waves = Array.from({ length: 21 }, (_, index) =>
    aWave({ index, name: `wave number ${index}`, state: 'pending' }),
  )
  const rollout = aRollout({ waves, because: { code: 'x', message: long } })
  for (const width of [40, 80, 132])
    for (const height of [8, 12, 24, 60]) {
      const lines = frame({ rollout, events, width, height, paint: createPaint(true) }).map(stripVTControlCharacters)
      expect(lines.length).toBeLessThan(height)
      expect(lines.filter((line) => textWidth(line) > width)).toEqual([])
    }
})

test('of many waves those around the current one are shown', () => {
  const waves = Array.from({ length: 20 }, (_, index) =>
    aWave({ index, name: `w${index}`, state: index < 10 ? 'passed' : 'pending' }),
  )
  const text = frame({ rollout: aRollout({ waves }), height: 14 }).join('\n')
  expect(text).toContain('w9')
  expect(text).toContain('w10')
  expect(text).not.toContain('w2 ')
})

test('an outage is said in place of the reason', () => {
  expect(frame({ outage: 'The server cannot be reached.' }).join('\n')).toContain('The server cannot be reached.')
})

test('a draft has no waves and no time', () => {
  const lines = frame({
    rollout: aRollout({ state: 'draft', startedAt: null, eligible: null, waves: [], counts: aCount() }),
  })
  expect(lines[0]).toMatch(/ draft$/)
  expect(lines[2]).toContain('not started')
})

test('what was expected stands beside what happened', () => {
  const times = {
    p50: '2026-03-01T02:10:00.000Z',
    p90: '2026-03-02T03:00:00.000Z',
    source: 'channel',
    samples: 9,
  } as const
  const text = (estimate: Rollout['estimate']) => frame({ rollout: aRollout({ estimate }) }).join('\n')
  const expected = 'expected 02:10 to 2026-03-02 03:00 UTC'
  expect(text({ ...times, finishedAt: null, standing: 'within_p50' })).toContain(`${expected}\n`)
  expect(text({ ...times, finishedAt: null, standing: 'late' })).toContain(`${expected}, not finished by then\n`)
  const done = text({ ...times, finishedAt: '2026-03-01T14:22:00.000Z', standing: 'within_p90' })
  expect(done).toContain(`${expected}, finished 14:22: as expected\n`)
  expect(text({ ...times, p50: null, p90: null, finishedAt: null, standing: null })).toContain(
    'expected never to finish',
  )
})

test('a wave that was promoted names who did that', () => {
  const promoted = { by: 'Ada', at: '2026-03-01T02:01:00.000Z' }
  const waves = [aWave({ state: 'promoted', promoted }), aWave({ index: 1, name: 'rest' })]
  const lines = frame({ rollout: aRollout({ waves }) })
  expect(lines.find((line) => line.startsWith('1  canary'))).toBe('1  canary  promoted by Ada  0 of 1 succeeded')
})
