import { once } from 'node:events'
import { checkLogin } from '@bootfleet/db'
import { openServices } from '@bootfleet/operations'
import { createLogger } from '@bootfleet/telemetry'
import { readConfig } from './config.ts'
import { createApi } from './create-api.ts'

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLogger('api', config.logLevel)
  await checkLogin(config.databaseUrl)
  const services = openServices(config)
  const api = await createApi(services, { databaseUrl: config.databaseUrl, log, proxyTrust: config.proxyTrust })
  log.info({ url: await api.listen(config.port, config.host) }, 'the api answers')
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  log.info('the api stops')
  // What hangs must not keep the process from ending.
  setTimeout(() => process.exit(1), 15_000).unref()
  await api.close()
  await services.db.close()
}

await main().then(
  () => process.exit(0),
  (error: unknown) => {
    createLogger('api').fatal({ err: error }, 'the api cannot run')
    process.exit(1)
  },
)
