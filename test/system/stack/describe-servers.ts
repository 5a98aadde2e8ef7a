import { fileURLToPath } from 'node:url'
import { freePort } from '@bootfleet/testkit'
import { ServerProcess } from './server-process.ts'

/** The processes of the control plane in the order in which they are started. */
export const parts = ['api', 'gateway', 'worker'] as const
export type PartName = (typeof parts)[number]

export interface Servers {
  readonly processes: Record<PartName, ServerProcess>
  readonly ports: Record<'api' | 'device' | 'mqtt', number>
}

interface Input {
  readonly databaseUrl: string
  readonly secretKey: string
  /** Goes into the environment of all of them. */
  readonly extra?: Readonly<Record<string, string>>
}

/** The built control plane over a database, on free ports of this machine. Nothing is started. */
export async function describeServers({ databaseUrl, secretKey, extra = {} }: Input): Promise<Servers> {
  const [api = 0, device = 0, mqtt = 0, gatewayHealth = 0, workerHealth = 0] = await Promise.all(
    Array.from({ length: 5 }, () => freePort()),
  )
  const deviceHost = extra['BOOTFLEET_MQTT_HOST'] ?? '127.0.0.1'
  const env = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    API_PORT: String(api),
    DEVICE_PORT: String(device),
    MQTT_PORT: String(mqtt),
    HEALTH_PORT: String(gatewayHealth),
    WORKER_PORT: String(workerHealth),
    DATABASE_URL: databaseUrl,
    BOOTFLEET_SECRET_KEY: secretKey,
    BOOTFLEET_WEB_URL: `http://127.0.0.1:${api}`,
    BOOTFLEET_DEVICE_URL: `https://${deviceHost}:${device}`,
    BOOTFLEET_MQTT_HOST: deviceHost,
    BOOTFLEET_MQTT_PORT: String(mqtt),
    LOG_LEVEL: 'warn',
    ...extra,
  }
  const make = (name: PartName, port: number) =>
    new ServerProcess({
      name,
      env,
      main: fileURLToPath(new URL(`../../../apps/${name}/dist/main.js`, import.meta.url)),
      readyUrl: `http://127.0.0.1:${port}/readyz`,
    })
  const processes = {
    api: make('api', api),
    gateway: make('gateway', gatewayHealth),
    worker: make('worker', workerHealth),
  }
  return { processes, ports: { api, device, mqtt } }
}
