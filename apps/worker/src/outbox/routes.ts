import { notifyChannels, type Event } from '@bootfleet/contracts'
import type { Notification } from '@bootfleet/operations'
import { advanceJob, type QueuedJob } from '../queue/queued-job.ts'

/** What an event sets in motion, besides waking the live streams, which every event does. */
export interface Route {
  readonly jobs: readonly QueuedJob[]
  readonly notify: readonly Notification[]
}

const nothing: Route = { jobs: [], notify: [] }

/** Where an event goes. */
export function routeEvent(event: Event): Route {
  switch (event.kind) {
    case 'rollout.due':
      return { jobs: [advanceJob(event.rolloutId)], notify: [] }
    case 'desired.changed':
      return { jobs: [], notify: [{ channel: notifyChannels.desired, payload: '' }] }
    case 'device.kick': {
      const payload = JSON.stringify({ deviceId: event.deviceId, why: event.why })
      return { jobs: [], notify: [{ channel: notifyChannels.kick, payload }] }
    }
    case 'rollout.changed':
    case 'device.changed':
    case 'channel.changed':
    case 'release.changed':
    case 'group.changed':
    case 'policy.changed':
    case 'enrollment.changed':
    case 'freeze.changed':
    case 'signal.changed':
      return nothing
  }
}

/** Where a batch goes: each job and each notification once. */
export function routeEvents(events: readonly Event[]): Route {
  const routes = events.map(routeEvent)
  const jobs = new Map(routes.flatMap(({ jobs: some }) => some.map((job) => [job.key, job] as const)))
  const notify = new Map(
    routes.flatMap(({ notify: some }) => some.map((one) => [`${one.channel} ${one.payload}`, one] as const)),
  )
  return { jobs: [...jobs.values()], notify: [...notify.values()] }
}
