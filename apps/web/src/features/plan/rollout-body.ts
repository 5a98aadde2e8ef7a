import type { RolloutPlan } from '../../lib/paths.ts'

/** The body that creates the planned rollout, but for how it starts. */
export function rolloutBody({ channel = '', release = '', policy, selector, exclude }: RolloutPlan) {
  return { channel, release, ...(policy && { policy }), ...(selector && { selector }), ...(exclude && { exclude }) }
}
