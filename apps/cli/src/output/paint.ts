import { styleText } from 'node:util'

export type Format = Parameters<typeof styleText>[0]

/** Puts a text into a style, or leaves it alone where nobody could see one. */
export type Paint = (format: Format | undefined, text: string) => string

/** Decides once whether texts are styled. */
export function createPaint(enabled: boolean): Paint {
  if (!enabled) return (_, text) => text
  return (format, text) =>
    format === undefined || text === '' ? text : styleText(format, text, { validateStream: false })
}

const tones: Readonly<Record<string, Format>> = {
  completed: 'green',
  passed: 'green',
  succeeded: 'green',
  online: 'green',
  healthy: 'green',
  running: 'cyan',
  open: 'cyan',
  paused: 'yellow',
  pausing: 'yellow',
  promoted: 'yellow',
  rolling_back: 'yellow',
  tripped: 'red',
  aborting: 'red',
  aborted: 'red',
  rolled_back: 'red',
  failed: 'red',
  timed_out: 'red',
  unhealthy: 'red',
  offline: 'dim',
  pending: 'dim',
}

/** The style of a state, if it has one. */
export function toneOf(state: string): Format | undefined {
  return tones[state]
}
