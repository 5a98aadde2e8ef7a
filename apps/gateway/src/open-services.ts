import { v7 } from 'uuid'
import { connect } from '@bootfleet/db'
import type { Services } from '@bootfleet/operations'
import { createSecretBox, parseMasterKey } from '@bootfleet/pki'
import type { GatewayConfig } from './config.ts'

/** What operations need in this process. The addresses are what devices are told at enrollment. Close `db` after use. */
export function openServices(config: GatewayConfig): Services {
  const { publicHost, told, devicePort, mqttPort } = config
  const host = publicHost.includes(':') ? `[${publicHost}]` : publicHost
  return {
    db: connect(config.databaseUrl),
    now: () => new Date(),
    newId: () => v7(),
    secrets: createSecretBox(parseMasterKey(config.secretKey)),
    addresses: {
      web: told.web,
      device: told.device ?? `https://${host}:${devicePort}`,
      mqtt: { host: told.mqttHost ?? publicHost, port: told.mqttPort ?? mqttPort },
    },
    registry: {},
  }
}
