import type { PlannedWave, PolicySpec } from '@bootfleet/domain'

/** Names of the waves of a policy that would add nobody and are left out. */
export function mergedWaves({ waves }: PolicySpec, planned: readonly PlannedWave[]): string[] {
  return waves.filter((_, rule) => !planned.some((wave) => wave.rule === rule)).map(({ name }) => name)
}
