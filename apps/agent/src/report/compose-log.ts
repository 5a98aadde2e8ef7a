import type { Journal } from '../journal/journal.ts'
import type { Memory } from '../runtime.ts'

// What the server refuses in text, or a terminal would obey.
const unprintable = /(?![\t\n])\p{Cc}/gu

/** What the agent knows of itself, and then the end of the system's log, as text that can be sent. */
export function composeLog(
  { attempt, health, quarantined }: Journal,
  { host, error, step, retry }: Pick<Memory, 'host' | 'error' | 'step' | 'retry'>,
  system: string,
): string {
  const known = { step: step.kind, error, retry, attempt, health, quarantined, host }
  const text = `agent: ${JSON.stringify(known, null, 1)}\n\nsystem log:\n${system}`
  return text.replaceAll(unprintable, '')
}
