import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What a metric is. `name` starts with `bootfleet_`; each label takes a small, closed set of values. */
export interface MetricSpec<L extends string> {
  readonly name: `bootfleet_${string}`
  readonly help: string
  readonly labels?: readonly L[]
}

/** The metrics of one process. Each process declares its own in one file. */
export interface Metrics {
  counter<L extends string = never>(spec: MetricSpec<L>): Counter<L>
  /** `collect` runs when the metrics are read; what it throws leaves the last value in place. */
  gauge<L extends string = never>(spec: MetricSpec<L>, collect?: (gauge: Gauge<L>) => Promise<void> | void): Gauge<L>
  /** `buckets` are upper bounds in the metric's unit. */
  histogram<L extends string = never>(spec: MetricSpec<L>, buckets: readonly number[]): Histogram<L>
  /** Prometheus text format, and its content type. */
  expose(): Promise<{ contentType: string; body: string }>
}

/** A registry of its own, with the metrics of the Node process unless `defaults` is false. */
export function createMetrics({ defaults = true }: { defaults?: boolean } = {}): Metrics {
  const registry = new Registry()
  if (defaults) collectDefaultMetrics({ register: registry })
  const common = <L extends string>({ name, help, labels = [] }: MetricSpec<L>) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  return {
    counter: (spec) => new Counter(common(spec)),
    gauge: (spec, collect) => createGauge(common(spec), collect),
    histogram: (spec, buckets) => new Histogram({ ...common(spec), buckets: [...buckets] }),
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}

function createGauge<L extends string>(
  settings: { name: string; help: string; labelNames: L[]; registers: Registry[] },
  collect?: (gauge: Gauge<L>) => Promise<void> | void,
): Gauge<L> {
  if (collect === undefined) return new Gauge(settings)
  const gauge: Gauge<L> = new Gauge({
    ...settings,
    // One source that does not answer must not take the whole page down.
    collect: async () => {
      await Promise.resolve(collect(gauge)).catch(() => {})
    },
  })
  return gauge
}
