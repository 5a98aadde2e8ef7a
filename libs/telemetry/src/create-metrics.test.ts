import { expect, test } from 'vitest'
import { createMetrics } from './create-metrics.ts'

test('two registries of one process do not know each other', async () => {
  const spec = { name: 'bootfleet_test_total', help: 'Tests.' } as const
  const one = createMetrics({ defaults: false })
  const two = createMetrics({ defaults: false })
  one.counter(spec).inc()
  two.counter(spec).inc(5)
  expect((await one.expose()).body).toContain('bootfleet_test_total 1')
  expect((await two.expose()).body).toContain('bootfleet_test_total 5')
})

test('a gauge whose source fails keeps its last value and the rest of the page', async () => {
  const metrics = createMetrics({ defaults: false })
  let answers = true
  metrics.gauge({ name: 'bootfleet_age_seconds', help: 'Age.' }, async (gauge) => {
    if (!answers) throw new Error('no database')
    gauge.set(7)
  })
  metrics
    .histogram({ name: 'bootfleet_took_seconds', help: 'Took.', labels: ['name'] }, [1, 2])
    .observe({ name: 'a' }, 1.5)
  expect((await metrics.expose()).body).toContain('bootfleet_age_seconds 7')
  answers = false
  const { body, contentType } = await metrics.expose()
  expect(body).toContain('bootfleet_age_seconds 7')
  expect(body).toContain('bootfleet_took_seconds_bucket{le="2",name="a"} 1')
  expect(contentType).toContain('text/plain')
})

test('the Node process is measured by default', async () => {
  expect((await createMetrics().expose()).body).toContain('nodejs_eventloop_lag_seconds')
})
