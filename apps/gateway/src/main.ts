import { createLogger } from '@bootfleet/telemetry'
import { readConfig } from './config.ts'
import { createGateway } from './create-gateway.ts'

const log = createLogger('gateway')

async function main(): Promise<void> {
  const config = readConfig()
  const gateway = await createGateway(config, createLogger('gateway', config.logLevel))
  log.info({ ports: gateway.ports }, 'devices can connect')
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    gateway.close().then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', () => stop('SIGTERM'))
  process.once('SIGINT', () => stop('SIGINT'))
}

main().catch((err: unknown) => {
  log.fatal({ err }, 'the gateway cannot run')
  process.exit(1)
})
