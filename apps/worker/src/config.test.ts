import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

const DATABASE_URL = 'postgresql://app:hunter2@127.0.0.1:5432/bootfleet'

test('the database alone is enough: the queue is then on PostgreSQL and health on the loopback interface', () => {
  expect(readConfig({ DATABASE_URL, REDIS_URL: '' })).toMatchObject({
    databaseUrl: DATABASE_URL,
    redisUrl: undefined,
    health: { host: '127.0.0.1', port: 3002 },
    concurrency: 4,
  })
})

test('every variable at fault is named, and no value is told', () => {
  const attempt = () => readConfig({ DATABASE_URL: 'mysql://app:hunter2@x/y', REDIS_URL: 'nowhere', WORKER_PORT: '-1' })
  expect(attempt).toThrow(/DATABASE_URL.*REDIS_URL.*WORKER_PORT/)
  expect(attempt).not.toThrow(/hunter2/)
})
