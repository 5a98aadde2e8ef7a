import { stepKey } from './step.ts'
import type { Step } from './step.ts'
import type { View } from './view.ts'

/** This very step failed, and it is too early to try it again. */
export function isHeldBack({ retry, now, desired }: View, step: Step): boolean {
  if (retry === null || retry.step !== stepKey(step)) return false
  return retry.notBefore === null ? retry.gen === (desired?.gen ?? 0) : now.mono < retry.notBefore
}
