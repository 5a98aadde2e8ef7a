import type { LogFields } from '../log.ts'

/** What the agents of a process said, counted. */
export interface Tally {
  count: (event: string, fields: LogFields) => void
  /** One line for people. */
  line: (devices: number) => string
}

const troubles = new Set(['mqtt_failed', 'enroll_failed', 'enroll_refused', 'enroll_wrong_server', 'device_failed'])

export function createTally(): Tally {
  const counts = new Map<string, number>()
  const of = (event: string): number => counts.get(event) ?? 0
  const add = (event: string): void => void counts.set(event, of(event) + 1)
  let lastTrouble = ''

  return {
    count: (event, fields) => {
      add(event)
      if (event === 'device_booted') add(`boot ${String(fields['result'])}`)
      if (!troubles.has(event)) return
      add('trouble')
      lastTrouble = `${event}: ${String(fields['detail'] ?? fields['remedy'] ?? 'no detail')}`
    },
    line: (devices) =>
      [
        `${devices} devices`,
        `${of('connected') - of('disconnected')} connected`,
        `${of('device_booted')} boots`,
        ...(of('boot fails-to-boot') > 0 ? [`${of('boot fails-to-boot')} fell back`] : []),
        ...(of('device_lost') > 0 ? [`${of('device_lost')} never came back`] : []),
        ...(of('trouble') > 0 ? [`${of('trouble')} failures, the last ${lastTrouble}`] : []),
      ].join(', '),
  }
}
