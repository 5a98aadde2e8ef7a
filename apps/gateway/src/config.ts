import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { logLevels } from '@bootfleet/telemetry'

const port = z.coerce.number().int().min(0).max(65_535)
const file = z.string().min(1).optional()

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  BOOTFLEET_SECRET_KEY: z.string().min(1),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_HOST: z.string().min(1).optional(),
  DEVICE_PORT: port.default(8443),
  MQTT_PORT: port.default(8883),
  HEALTH_HOST: z.string().min(1).default('127.0.0.1'),
  HEALTH_PORT: port.default(3003),
  BOOTFLEET_WEB_URL: z.url().default('http://127.0.0.1:3000'),
  BOOTFLEET_DEVICE_URL: z.url({ protocol: /^https$/ }).optional(),
  BOOTFLEET_MQTT_HOST: z.string().min(1).optional(),
  BOOTFLEET_MQTT_PORT: port.optional(),
  MQTT_URL: z.url({ protocol: /^mqtts?$/ }).optional(),
  BOOTFLEET_MQTT_CA: file,
  BOOTFLEET_MQTT_CERT: file,
  BOOTFLEET_MQTT_KEY: file,
  LOG_LEVEL: z.enum(logLevels).default('info'),
})
type Environment = z.infer<typeof Environment>

/** An MQTT broker that is not ours. Without `tls.cert` the URL's user and password identify the gateway. */
export interface BrokerAddress {
  readonly url: string
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string }
}

export interface GatewayConfig {
  /** The application's login; bound by row-level security. */
  readonly databaseUrl: string
  /** Opens sealed keys: 32 bytes as hex or base64. */
  readonly secretKey: string
  /** Where devices connect; port 0 takes any free one. */
  readonly host: string
  readonly devicePort: number
  readonly mqttPort: number
  readonly health: { readonly host: string; readonly port: number }
  /** The name that devices use. */
  readonly publicHost: string
  /** What devices are told, where it differs from what is listened on: behind a load balancer. */
  readonly told: {
    readonly web: string
    readonly device?: string
    readonly mqttHost?: string
    readonly mqttPort?: number
  }
  /** The external broker; without it there is one inside this process. */
  readonly broker?: BrokerAddress
  readonly logLevel: (typeof logLevels)[number]
  /** Milliseconds between looks for revoked certificates on live connections. */
  readonly sweepMs: number
}

/** Reads the environment. Throws one error that names every variable at fault, without its value. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): GatewayConfig {
  // An empty variable is an absent one: compose files and unit files cannot leave one out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const { data, error } = Environment.safeParse(given)
  if (error) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Error(
      `The gateway cannot start with this environment. ${problems.join('; ')}. See the configuration docs.`,
    )
  }
  return {
    databaseUrl: data.DATABASE_URL,
    secretKey: data.BOOTFLEET_SECRET_KEY,
    host: data.HOST,
    devicePort: data.DEVICE_PORT,
    mqttPort: data.MQTT_PORT,
    health: { host: data.HEALTH_HOST, port: data.HEALTH_PORT },
    publicHost: data.PUBLIC_HOST ?? (isWildcard(data.HOST) ? 'localhost' : data.HOST),
    told: {
      web: data.BOOTFLEET_WEB_URL,
      ...(data.BOOTFLEET_DEVICE_URL !== undefined && { device: data.BOOTFLEET_DEVICE_URL }),
      ...(data.BOOTFLEET_MQTT_HOST !== undefined && { mqttHost: data.BOOTFLEET_MQTT_HOST }),
      ...(data.BOOTFLEET_MQTT_PORT !== undefined && { mqttPort: data.BOOTFLEET_MQTT_PORT }),
    },
    ...(data.MQTT_URL !== undefined && { broker: brokerOf(data, data.MQTT_URL) }),
    logLevel: data.LOG_LEVEL,
    sweepMs: 15_000,
  }
}

function brokerOf(data: Environment, url: string): BrokerAddress {
  const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path, 'utf8'))
  const [ca, cert, key] = [data.BOOTFLEET_MQTT_CA, data.BOOTFLEET_MQTT_CERT, data.BOOTFLEET_MQTT_KEY].map(read)
  return { url, tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } }
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
