import type { PlanView } from './read-plan.ts'

/** Whom a planned rollout needs besides the one who makes it. */
export interface People {
  /** How many others must approve its start. */
  approvals: number
  /** The waves that a person has to open. */
  manualWaves: string[]
}

/** What the policy of a plan asks of people: the chosen one, else that of the channel; the standard recipe asks nothing. */
export function peopleOf({ plan, channels, policies }: PlanView): People {
  const channel = channels.find(({ name }) => name === plan.channel)
  const key = plan.policy ?? channel?.defaultPolicy?.name
  const spec = policies.find(({ id, name }) => key === name || key === id)?.spec
  if (spec === undefined) return { approvals: 0, manualWaves: [] }
  const manual = [...spec.waves, spec.rest].filter(({ approval }) => approval === 'manual')
  return { approvals: spec.approvals, manualWaves: manual.map(({ name }) => name) }
}
