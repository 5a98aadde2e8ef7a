/** What a finding is about, in the order in which they are told. */
export const areas = [
  'bootc',
  'host',
  'blockers',
  'registry',
  'health',
  'hooks',
  'state',
  'enrollment',
  'next',
] as const
export type Area = (typeof areas)[number]

/** `blocked`: the agent cannot move this machine as it is. `warning`: a person should look. `fact`: good to know. */
export type Level = 'ok' | 'fact' | 'warning' | 'blocked'

/** One line of the selftest, never with a secret in it. */
export interface Finding {
  area: Area
  level: Level
  code: string
  detail: string
}

/** All that the selftest found. */
export interface SelftestReport {
  v: 1
  agent: string
  verdict: 'ready' | 'not_enrolled' | 'blocked'
  findings: Finding[]
}
