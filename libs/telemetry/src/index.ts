export { createLogger, logLevels, type Logger, type LogLevel } from './create-logger.ts'
export { createMetrics, type Metrics, type MetricSpec } from './create-metrics.ts'
