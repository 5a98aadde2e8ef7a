import { once } from 'node:events'
import { checkLogin } from '@bootfleet/db'
import { advanceRollout, expirePresence, findDueRollouts, pruneHistory } from '@bootfleet/operations'
import { createLogger } from '@bootfleet/telemetry'
import { readConfig } from './config.ts'
import { createWorker } from './create-worker.ts'
import { openServices } from './open-services.ts'

const log = createLogger('worker')

async function main(): Promise<void> {
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  const config = readConfig()
  await checkLogin(config.databaseUrl)
  const services = openServices(config)
  const operations = { advanceRollout, expirePresence, findDueRollouts, pruneHistory }
  const worker = await createWorker(services, config, operations)
  log.info({ health: worker.healthUrl, queue: config.redisUrl ? 'redis' : 'postgresql' }, 'the worker runs')
  await stopped
  log.info('the worker stops')
  await worker.close()
  await services.db.close()
}

await main().then(
  () => process.exit(0),
  (error: unknown) => {
    log.fatal({ err: error }, 'the worker cannot run')
    process.exit(1)
  },
)
