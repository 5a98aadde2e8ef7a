import { join } from 'node:path'
import type { ChildSpec } from './child/child.ts'
import { authority, isWildcard, type Config } from './config.ts'

/** A process of bootfleet and how to know that it works. */
export interface Part extends ChildSpec {
  readonly readyUrl: string
}

export interface PartsInput {
  readonly root: string
  readonly config: Config
  readonly databaseUrl: string
  readonly secretKey: string
  /** Ports of 127.0.0.1 that only the supervisor and a monitoring system ask. */
  readonly healthPorts: { readonly gateway: number; readonly worker: number }
}

/** The processes in the order in which they are started; they are stopped in the opposite one. */
export function describeParts(input: PartsInput): Part[] {
  const { root, config, healthPorts } = input
  const { api, web } = config.ports
  const local = isWildcard(config.host) ? '127.0.0.1' : config.host
  const at = (port: number, host = local) => `http://${authority(host)}:${port}`
  const environment = describeEnvironment(input)
  const part = (name: string, file: string, extra: Record<string, string>): Omit<Part, 'readyUrl'> => ({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', '--import', followParent, join(root, 'apps', name, file)],
    env: { ...environment, ...extra },
    cwd: join(root, 'apps', name),
    channel: true,
    stopSignal: 'SIGTERM',
    drainMs: 15_000,
  })
  const gatewayHealth = { HEALTH_HOST: '127.0.0.1', HEALTH_PORT: String(healthPorts.gateway) }
  const workerHealth = { WORKER_HOST: '127.0.0.1', WORKER_PORT: String(healthPorts.worker) }
  return [
    { ...part('api', 'dist/main.js', {}), readyUrl: `${at(api)}/readyz` },
    {
      ...part('gateway', 'dist/main.js', gatewayHealth),
      readyUrl: `${at(healthPorts.gateway, '127.0.0.1')}/readyz`,
    },
    { ...part('worker', 'dist/main.js', workerHealth), readyUrl: `${at(healthPorts.worker, '127.0.0.1')}/readyz` },
    { ...part('web', 'server.mjs', { BOOTFLEET_API_URL: at(api) }), readyUrl: `${at(web)}/readyz` },
  ]
}

const followParent = import.meta.resolve('./child/follow-parent.js')

function describeEnvironment({ config, databaseUrl, secretKey }: PartsInput): NodeJS.ProcessEnv {
  const { addresses } = config
  const { DATABASE_ADMIN_URL: _admin, ...inherited } = process.env
  return {
    ...inherited,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    HOST: config.host,
    PUBLIC_HOST: config.publicHost,
    PORT: String(config.ports.web),
    API_PORT: String(config.ports.api),
    DEVICE_PORT: String(config.ports.device),
    MQTT_PORT: String(config.ports.mqtt),
    DATABASE_URL: databaseUrl,
    BOOTFLEET_SECRET_KEY: secretKey,
    BOOTFLEET_WEB_URL: addresses.web,
    BOOTFLEET_DEVICE_URL: addresses.device,
    BOOTFLEET_MQTT_HOST: addresses.mqtt.host,
    BOOTFLEET_MQTT_PORT: String(addresses.mqtt.port),
  }
}
