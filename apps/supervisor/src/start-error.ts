/** Why bootfleet cannot start, and what to do about it, in one line. It is printed without a stack trace. */
export class StartError extends Error {
  override name = 'StartError'
}

/** The code of a system error (`EACCES`), if it is one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** What to show of any error: a refusal of ours in one line, anything else with its stack. */
export function describeError(error: unknown): string {
  if (error instanceof StartError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
