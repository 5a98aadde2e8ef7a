import type { Because, PlannedWave, PolicySpec } from '@bootfleet/domain'

/** Tells for whom a rollout will wait: others who approve its start, and people who open its manual waves. */
export function warnOfApprovals(policy: PolicySpec, waves: readonly PlannedWave[]): Because[] {
  const required = policy.approvals ?? 0
  const people = required === 1 ? 'a person' : `${required} people`
  const start = `The policy wants ${people} other than who creates the rollout to approve it before it starts.`
  const manual = waves.filter(({ rule }) => policy.waves[rule]?.approval === 'manual')
  return [
    ...(required > 0 ? [{ code: 'preview.needs_approvals', message: start, required }] : []),
    ...manual.map(({ index, name }) => {
      const message = `Wave ${index + 1} "${name}" opens only when a person has approved it.`
      return { code: 'preview.manual_wave', message, wave: index }
    }),
  ]
}
