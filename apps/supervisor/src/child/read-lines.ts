import type { Readable } from 'node:stream'

const longest = 16 * 1024

/** Calls `onLine` for each line of a stream, also for a last one without an end. A longer line than 16 KiB is cut. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.slice(0, longest))
    if (rest.length > longest) {
      onLine(rest.slice(0, longest))
      rest = ''
    }
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
    rest = ''
  })
  // A stream that breaks has said what it had to say.
  stream.on('error', () => {})
}
