import { createMetrics } from '@bootfleet/telemetry'

/** Every metric of the worker. `readOutboxAge` is asked when they are read. */
export function createWorkerMetrics(readOutboxAge: () => Promise<number>) {
  const metrics = createMetrics()
  metrics.gauge(
    { name: 'bootfleet_outbox_oldest_age_seconds', help: 'Age of the oldest outbox row that waits for the relay.' },
    async (gauge) => gauge.set(await readOutboxAge()),
  )
  return {
    expose: () => metrics.expose(),
    processed: metrics.counter({
      name: 'bootfleet_jobs_processed_total',
      help: 'Jobs that this worker ran to an end, by name and outcome (done, failed).',
      labels: ['name', 'outcome'],
    }),
    processing: metrics.histogram(
      { name: 'bootfleet_job_duration_seconds', help: 'Time that one attempt of a job took.', labels: ['name'] },
      [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    ),
    published: metrics.counter({ name: 'bootfleet_outbox_published_total', help: 'Outbox rows published.' }),
    relayLag: metrics.histogram(
      { name: 'bootfleet_relay_lag_seconds', help: 'Time from writing an outbox row to publishing it.' },
      [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300],
    ),
    relayLeader: metrics.gauge({ name: 'bootfleet_relay_leader', help: '1 on the worker that runs the relay.' }),
    queueFailures: metrics.counter({
      name: 'bootfleet_queue_failures_total',
      help: 'Hints that the queue did not take; the sweep makes up for them.',
    }),
    sweptDirectly: metrics.counter({
      name: 'bootfleet_rollouts_swept_directly_total',
      help: 'Overdue rollouts advanced without the queue. Steady growth means that the queue does not work.',
    }),
  }
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>
