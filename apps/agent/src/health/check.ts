import { lastSaidBy, plainText } from '../plain-text.ts'

/** One health check that did not pass, with the tail of what it said. */
export interface FailedCheck {
  check: string
  output?: string
}

/**
 * What greenboot says about this boot. `handling`: its checks failed and it reboots or goes back by itself. `gave_up`: they
 * failed and it will do nothing more.
 */
export type GreenbootVerdict = 'absent' | 'passed' | 'checking' | 'handling' | 'gave_up'

/** One round of checks. What fails in `failed` is required for the image to count as healthy; `warnings` are only told. */
export interface CheckRound {
  failed: FailedCheck[]
  warnings: FailedCheck[]
  greenboot: GreenbootVerdict
}

/** What a round of checks is told about the machine and its update. */
export interface CheckInput {
  /** Units that had failed on the image before, or null when there is nothing to compare with. */
  baseline: readonly string[] | null
  /** Units that the policy wants active. */
  units: readonly string[]
}

export const maxFailedChecks = 20
const maxOutput = 1000

/** A failed check in the bounds of the protocol. */
export function failedCheck(check: string, output = ''): FailedCheck {
  const tail = lastSaidBy(output, maxOutput)
  return { check: plainText(check.slice(0, 128)), ...(tail !== '' && { output: tail }) }
}
