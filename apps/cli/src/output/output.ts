import type { Settings } from '../config/config.ts'
import { createPaint, type Paint } from './paint.ts'
import { wrap } from './text.ts'

/** Where a command speaks: results on stdout, everything said beside them on stderr. */
export interface Output {
  readonly json: boolean
  /** Stdout is a terminal whose cursor can be moved. */
  readonly live: boolean
  readonly paint: Paint
  /** Columns for tables; Infinity when stdout is no terminal, so that programs read whole values. */
  readonly width: () => number
  readonly height: () => number
  /** A result: the value as JSON, or the lines made for people. */
  readonly result: (value: unknown, lines: () => readonly string[]) => void
  /** One value on one line, for streams of JSON. */
  readonly record: (value: unknown) => void
  readonly write: (text: string) => void
  /** Beside the result; not with --json, where only errors are said on stderr. */
  readonly note: (text: string) => void
}

export interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

const standardWidth = 80
const standardHeight = 24

export function createOutput({ stdout, stderr }: Streams, settings: Settings, json: boolean): Output {
  const terminal = stdout.isTTY
  const coloured = !json && (settings.colour === 'always' || (settings.colour === 'auto' && terminal))
  const write = (text: string) => void stdout.write(text)
  return {
    json,
    live: terminal && settings.cursor && !json,
    paint: createPaint(coloured),
    width: () => (terminal ? stdout.columns || standardWidth : Infinity),
    height: () => stdout.rows || standardHeight,
    result: (value, lines) =>
      write(
        json
          ? `${JSON.stringify(value, null, 2)}\n`
          : lines()
              .map((line) => `${line}\n`)
              .join(''),
      ),
    record: (value) => write(`${JSON.stringify(value)}\n`),
    write,
    note: (text) => {
      if (!json) stderr.write(`${text}\n`)
    },
  }
}

/** Paragraphs for people: as wide as the terminal, at most 100 columns, 80 where there is none. */
export function paragraph(output: Output, text: string, indent = ''): string[] {
  const width = output.width() === Infinity ? standardWidth : Math.min(output.width(), 100)
  return wrap(text, width - indent.length).map((line) => indent + line)
}
