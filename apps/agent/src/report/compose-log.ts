import { plainText, withoutSecrets } from '../plain-text.ts'
import type { Journal } from '../journal/journal.ts'
import type { Memory } from '../runtime.ts'

/** What the agent knows of itself, and then the end of the system's log, as text that can be sent. */
export function composeLog(
  { attempt, health, quarantined }: Journal,
  { host, error, step, retry }: Pick<Memory, 'host' | 'error' | 'step' | 'retry'>,
  system: string,
): string {
  const known = { step: step.kind, error, retry, attempt, health, quarantined, host }
  return withoutSecrets(plainText(`agent: ${JSON.stringify(known, null, 1)}\n\nsystem log:\n${system}`))
}
