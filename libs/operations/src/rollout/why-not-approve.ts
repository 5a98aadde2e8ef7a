import type { RolloutState } from '@bootfleet/domain'
import type { Actor } from '../context.ts'

/** What decides who may approve now. */
export interface Approvable {
  readonly state: RolloutState
  readonly createdById: string | null
  /** People that the policy wants; from one on, the creator is not among those who approve. */
  readonly required: number
  /** Index of the wave that waits for a person; `undefined` when none does. */
  readonly waitingWave: number | undefined
  /** Whether this person has approved the start. */
  readonly hasApproved: boolean
}

/** Why there is nothing for somebody to approve now; `undefined` when there is. */
export function whyNotApprove(rollout: Approvable): string | undefined {
  const { state, waitingWave, hasApproved } = rollout
  const waits = state === 'awaiting_approval' || (state === 'running' && waitingWave !== undefined)
  if (!waits && state === 'running') return 'No wave waits for an approval.'
  if (!waits)
    return `The rollout is ${state.replaceAll('_', ' ')}; this is possible while it waits for an approval, or a manual wave of it does.`
  return state === 'awaiting_approval' && hasApproved ? 'You have approved it. Others must too.' : undefined
}

/** Why somebody never can: only people approve, and not what they made themselves where others are wanted. */
export function whyNotThisOne(actor: Actor, { createdById, required }: Approvable): string | undefined {
  if (actor.kind !== 'user')
    return 'Only a person can approve: sign in as one (bootfleet login). An API token counts for nobody.'
  if (required > 0 && actor.id === createdById)
    return 'You created this rollout: another person must approve it. On the server `npm run admin -- add-person EMAIL --role approver` adds one.'
  return undefined
}
