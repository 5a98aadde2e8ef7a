import { bootComplete } from '../machine/last-shutdown.ts'
import { activeState, failedUnits } from '../machine/systemd.ts'
import { failedCheck } from './check.ts'
import type { FailedCheck } from './check.ts'

/** Units that have failed now and had not before the update. Without a baseline nothing is known to be new. */
export async function checkFailedUnits(baseline: readonly string[] | null): Promise<FailedCheck[]> {
  if (baseline === null) return []
  const now = (await failedUnits()) ?? []
  // What it tells is of the boot before, and in the outcome of the attempt.
  const added = now.filter((unit) => unit !== bootComplete && !baseline.includes(unit))
  return added.map((unit) => failedCheck(`unit ${unit}`, 'failed in this boot, not in the one before'))
}

/** Units that have to be active, and are not. */
export async function checkWantedUnits(units: readonly string[]): Promise<FailedCheck[]> {
  const failed: FailedCheck[] = []
  for (const unit of units) {
    const state = await activeState(unit)
    if (state !== 'active') failed.push(failedCheck(`unit ${unit}`, `is ${state}, and the policy wants it active`))
  }
  return failed
}
