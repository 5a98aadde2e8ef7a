import { describe, expect, it } from 'vitest'
import { createLineReader, parseProgress } from './parse-progress.ts'

const pulling = (change: object) => parseProgress(JSON.stringify({ type: 'ProgressBytes', task: 'pulling', ...change }))

describe('a line of progress', () => {
  it('of a pull has its bytes, without what was there already', () => {
    expect(pulling({ bytes: 11, bytesCached: 600, bytesTotal: 48 })).toEqual({
      bytes: 11,
      bytesTotal: 48,
      step: 'pulling',
    })
  })

  it('never has more bytes than there are in all, nor broken numbers', () => {
    expect(pulling({ bytes: 99, bytesTotal: 48 })?.bytes).toBe(48)
    expect(pulling({ bytes: -1, bytesTotal: 1.5 })).toEqual({ bytes: 0, bytesTotal: 0, step: 'pulling' })
    expect(pulling({ bytes: '7', bytesTotal: null })).toEqual({ bytes: 0, bytesTotal: 0, step: 'pulling' })
  })

  it('of steps has no bytes', () => {
    const steps = { type: 'ProgressSteps', task: 'staging', steps: 1, stepsTotal: 3, bytes: 5 }
    expect(parseProgress(JSON.stringify(steps))).toEqual({ bytes: 0, bytesTotal: 0, step: 'staging' })
  })

  it.each(['', 'null', '7', '[]', '"pulling"', '{}', '{"type":"Start","version":"0.1.0"}', '{"task":7}', '{"task'])(
    'of no use is passed over: %s',
    (line) => expect(parseProgress(line)).toBeUndefined(),
  )
})

describe('a stream of lines', () => {
  function read(...chunks: string[]): string[] {
    const lines: string[] = []
    const reader = createLineReader((line) => lines.push(line))
    for (const chunk of chunks) reader(chunk)
    return lines
  }

  it('is cut where the lines end, not where the chunks do', () => {
    expect(read('a\nb', 'c\n', 'd')).toEqual(['a', 'bc'])
  })

  it('loses a line that is far too long, and none after it', () => {
    const part = 'x'.repeat(40_000)
    expect(read('a\n', part, part, part, 'tail\nb\nc\n')).toEqual(['a', 'b', 'c'])
  })
})
