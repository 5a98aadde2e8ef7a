import { maxFailedChecks } from './check.ts'
import type { CheckInput, CheckRound } from './check.ts'
import { runCheckDirectory } from './check-directories.ts'
import type { CheckPlaces } from './check-directories.ts'
import { checkDisk } from './disk-check.ts'
import { readGreenboot } from './greenboot.ts'
import { checkFailedUnits, checkWantedUnits } from './unit-checks.ts'

export interface CheckSettings extends CheckPlaces {
  /** Below this the disk counts as full; 0 switches that check off. */
  minFreeMiB: number
}

/**
 * Runs all checks once. They look at this machine only: whether the control plane can be reached says nothing about the
 * health of an image.
 */
export async function runChecks(settings: CheckSettings, input: CheckInput): Promise<CheckRound> {
  const greenboot = await readGreenboot()
  const failed = [
    ...greenboot.failed,
    ...(await checkFailedUnits(input.baseline)),
    ...(await checkWantedUnits(input.units)),
    ...(await checkDisk(settings.stateDir, settings.minFreeMiB)),
    ...(await runCheckDirectory(settings, 'required.d')),
  ]
  const warnings = await runCheckDirectory(settings, 'wanted.d')
  return {
    failed: dedupe(failed).slice(0, maxFailedChecks),
    warnings: warnings.slice(0, maxFailedChecks),
    greenboot: greenboot.verdict,
  }
}

/** A unit that the policy names may have failed newly as well: it is one failure. */
function dedupe(failed: CheckRound['failed']): CheckRound['failed'] {
  return [...new Map(failed.toReversed().map((entry) => [entry.check, entry])).values()].toReversed()
}
