import { createMetrics, type Metrics } from '@bootfleet/telemetry'

/** What the gateway counts. */
export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>

export interface GatewayGauges {
  readonly connections: () => number
  readonly queued: () => number
}

export function createGatewayMetrics(gauges: GatewayGauges) {
  const metrics: Metrics = createMetrics()
  metrics.gauge({ name: 'bootfleet_gateway_connections', help: 'Devices connected to this process.' }, (gauge) =>
    gauge.set(gauges.connections()),
  )
  metrics.gauge({ name: 'bootfleet_gateway_queued_messages', help: 'Messages that wait to be stored.' }, (gauge) =>
    gauge.set(gauges.queued()),
  )
  return {
    messages: metrics.counter({
      name: 'bootfleet_gateway_messages_total',
      help: 'Messages of devices, by kind and what became of them.',
      labels: ['kind', 'outcome'],
    }),
    rejects: metrics.counter({
      name: 'bootfleet_gateway_rejects_total',
      help: 'Refused messages, connections and subscriptions, by reason.',
      labels: ['code'],
    }),
    sent: metrics.counter({
      name: 'bootfleet_gateway_sent_total',
      help: 'Messages to devices, by kind and outcome.',
      labels: ['kind', 'outcome'],
    }),
    batch: metrics.histogram(
      { name: 'bootfleet_gateway_batch_seconds', help: 'Time to store one batch.' },
      [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    ),
    expose: () => metrics.expose(),
  }
}
