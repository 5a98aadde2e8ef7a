import { z } from 'zod'
import { logLevels } from '@bootfleet/telemetry'
import { createCallerAddress, type ProxyTrust } from './http/caller-address.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const flag = z.stringbool().default(false)

const Environment = z.object({
  NODE_ENV: z.string().optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  API_PORT: port.default(3001),
  HOST: z.string().min(1).default('127.0.0.1'),
  BOOTFLEET_SECRET_KEY: z.string().regex(/^([0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?)$/, {
    message: 'must be 32 random bytes as hex or base64; make one with: openssl rand -hex 32',
  }),
  BOOTFLEET_WEB_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:3000'),
  BOOTFLEET_DEVICE_URL: z.url({ protocol: /^https$/ }).default('https://127.0.0.1:8443'),
  BOOTFLEET_MQTT_HOST: z.string().min(1).default('127.0.0.1'),
  BOOTFLEET_MQTT_PORT: port.default(8883),
  BOOTFLEET_ALLOW_PRIVATE_REGISTRIES: flag,
  BOOTFLEET_ALLOW_INSECURE_REGISTRIES: flag,
  BOOTFLEET_TRUSTED_REGISTRIES: z.string().optional(),
  BOOTFLEET_TRUSTED_PROXIES: z.string().default('').transform(split).refine(areProxies, {
    message: 'must be addresses or ranges such as 10.0.0.0/8, separated by commas',
  }),
  BOOTFLEET_WEB_KEY: z.string().min(32).optional(),
  LOG_LEVEL: z.enum(logLevels).default('info'),
})

export interface ApiConfig {
  /** The application's login; bound by row-level security. */
  readonly databaseUrl: string
  readonly host: string
  /** Port 0 takes any free one. */
  readonly port: number
  /** Opens sealed secrets: 32 bytes as hex or base64. */
  readonly secretKey: string
  /** Where people and devices reach this installation. */
  readonly addresses: {
    readonly web: string
    readonly device: string
    readonly mqtt: { readonly host: string; readonly port: number }
  }
  readonly registry: {
    readonly allowPrivate: boolean
    readonly allowInsecure: boolean
    readonly trusted: readonly string[]
  }
  /** Who is believed about the address that a request came from. */
  readonly proxyTrust: ProxyTrust
  readonly logLevel: (typeof logLevels)[number]
}

/** Reads the environment. Throws one error that names every variable at fault, without its value. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): ApiConfig {
  // An empty variable is an absent one: compose files and unit files cannot leave one out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const { data, error } = Environment.safeParse(given)
  const problems = [
    ...(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []),
    ...productionProblems(given),
  ]
  if (problems.length > 0 || data === undefined) {
    throw new Error(`The api cannot start with this environment. ${problems.join('; ')}. See the configuration docs.`)
  }
  return {
    databaseUrl: data.DATABASE_URL,
    host: data.HOST,
    port: data.API_PORT,
    secretKey: data.BOOTFLEET_SECRET_KEY,
    addresses: {
      web: data.BOOTFLEET_WEB_URL,
      device: data.BOOTFLEET_DEVICE_URL,
      mqtt: { host: data.BOOTFLEET_MQTT_HOST, port: data.BOOTFLEET_MQTT_PORT },
    },
    registry: {
      allowPrivate: data.BOOTFLEET_ALLOW_PRIVATE_REGISTRIES,
      allowInsecure: data.BOOTFLEET_ALLOW_INSECURE_REGISTRIES,
      trusted: split(data.BOOTFLEET_TRUSTED_REGISTRIES ?? ''),
    },
    proxyTrust: {
      proxies: data.BOOTFLEET_TRUSTED_PROXIES,
      ...(data.BOOTFLEET_WEB_KEY !== undefined && { webKey: data.BOOTFLEET_WEB_KEY }),
    },
    logLevel: data.LOG_LEVEL,
  }
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}

function areProxies(proxies: string[]): boolean {
  try {
    createCallerAddress({ proxies })
    return true
  } catch {
    return false
  }
}

/** A key that anybody can guess opens every stored secret, so production does not start with one. */
function productionProblems(environment: Readonly<Record<string, string | undefined>>): string[] {
  const key = environment['BOOTFLEET_SECRET_KEY'] ?? ''
  const guessable = new Set(key).size < 8
  return environment['NODE_ENV'] === 'production' && key !== '' && guessable
    ? ['BOOTFLEET_SECRET_KEY: is a placeholder; make a random one with: openssl rand -hex 32']
    : []
}
