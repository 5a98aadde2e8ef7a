import type { Metrics } from '@bootfleet/telemetry'

/** What this process measures. */
export function apiMetrics(metrics: Metrics) {
  return {
    requests: metrics.histogram(
      {
        name: 'bootfleet_http_request_seconds',
        help: 'Time to answer a request, by route and status.',
        labels: ['method', 'route', 'status'],
      },
      [0.005, 0.025, 0.1, 0.25, 1, 5, 30],
    ),
    liveStreams: metrics.gauge({ name: 'bootfleet_live_streams', help: 'Live streams that are open.' }),
    liveClosed: metrics.counter({
      name: 'bootfleet_live_closed_total',
      help: 'Live streams closed by the server, by why.',
      labels: ['why'],
    }),
    expose: () => metrics.expose(),
  }
}

export type ApiMetrics = ReturnType<typeof apiMetrics>
