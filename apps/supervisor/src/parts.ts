import { randomBytes } from 'node:crypto'
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
  /** Port of 127.0.0.1 with the images of the demo, if one runs. */
  readonly demoPort: number | undefined
}

/** The processes in the order in which they are started; they are stopped in the opposite one. */
export function describeParts(input: PartsInput): Part[] {
  const { config, healthPorts } = input
  const { api, web } = config.ports
  const at = localUrl(config)
  const environment = describeEnvironment(input)
  const part = (name: string, file: string, extra: Record<string, string>): ChildSpec =>
    describeProcess(input.root, { name, file, env: { ...environment, ...extra } })
  const gatewayHealth = { HEALTH_HOST: '127.0.0.1', HEALTH_PORT: String(healthPorts.gateway) }
  // The API believes what the dashboard's process says about who called, as nobody else has this.
  const known = { BOOTFLEET_WEB_KEY: randomBytes(32).toString('base64url') }
  const workerHealth = { WORKER_HOST: '127.0.0.1', WORKER_PORT: String(healthPorts.worker) }
  return [
    { ...part('api', 'dist/main.js', { ...trustDemo(input), ...known }), readyUrl: `${at(api)}/readyz` },
    {
      ...part('gateway', 'dist/main.js', gatewayHealth),
      readyUrl: `${at(healthPorts.gateway, '127.0.0.1')}/readyz`,
    },
    { ...part('worker', 'dist/main.js', workerHealth), readyUrl: `${at(healthPorts.worker, '127.0.0.1')}/readyz` },
    { ...part('web', 'server.mjs', { BOOTFLEET_API_URL: at(api), ...known }), readyUrl: `${at(web)}/readyz` },
  ]
}

/** The demo: a client of the API that may end when it was removed. */
export function describeDemo({ root, config, port }: { root: string; config: Config; port: number }): ChildSpec {
  const env = {
    ...process.env,
    BOOTFLEET_API_URL: localUrl(config)(config.ports.api),
    BOOTFLEET_DATA: config.dataFolder,
    DEMO_PORT: String(port),
  }
  return { ...describeProcess(root, { name: 'demo', file: 'dist/main.js', env }), mayEnd: true }
}

// Its images lie on this machine and are served without TLS, which no other registry may.
function trustDemo({ demoPort }: PartsInput): Record<string, string> {
  if (demoPort === undefined) return {}
  const others = process.env['BOOTFLEET_TRUSTED_REGISTRIES'] || undefined
  return { BOOTFLEET_TRUSTED_REGISTRIES: [...(others ? [others] : []), `127.0.0.1:${demoPort}`].join(',') }
}

function localUrl({ host }: Config): (port: number, at?: string) => string {
  const local = isWildcard(host) ? '127.0.0.1' : host
  return (port, at = local) => `http://${authority(at)}:${port}`
}

function describeProcess(
  root: string,
  { name, file, env }: { name: string; file: string; env: NodeJS.ProcessEnv },
): ChildSpec {
  const cwd = join(root, 'apps', name)
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', '--import', followParent, join(cwd, file)],
    env,
    cwd,
    channel: true,
    stopSignal: 'SIGTERM',
    drainMs: 15_000,
  }
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
