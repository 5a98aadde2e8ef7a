import { join, resolve } from 'node:path'
import type { Addresses } from '@bootfleet/operations'
import { StartError, systemCode } from './start-error.ts'

/** What the environment says; everything has a default. */
export interface Config {
  /** The address that every part listens on. */
  readonly host: string
  /** The name or address that devices and people are told. */
  readonly publicHost: string
  readonly ports: Ports
  /** Absolute. */
  readonly dataFolder: string
  /** Where the database is, if it is not the embedded one. */
  readonly databaseUrl: string | undefined
  /** A login that may create tables and roles there. */
  readonly databaseAdminUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly mqttUrl: string | undefined
  readonly adminEmail: string
  /** Whether an empty database begins with a demo, and a demo that is there runs. */
  readonly demo: boolean
  readonly addresses: Addresses
}

export interface Ports {
  readonly web: number
  readonly api: number
  readonly device: number
  readonly mqtt: number
}

type Environment = Readonly<Record<string, string | undefined>>

/** The environment, completed by the file `.env` in `root` if there is one: what is set already stays. */
export function loadEnvironment(root: string): NodeJS.ProcessEnv {
  try {
    process.loadEnvFile(join(root, '.env'))
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw new StartError(`${join(root, '.env')} cannot be read: ${String(error)}`)
  }
  return process.env
}

export interface ConfigInput {
  readonly env: Environment
  /** Arguments of `npm start --`. */
  readonly args?: readonly string[]
  /** `.bootfleet` lies in it. */
  readonly root: string
}

/** Reads the configuration. Throws StartError that names everything at fault. */
export function readConfig({ env, args = [], root }: ConfigInput): Config {
  const problems = unknownOptions(args)
  const port = (name: string, standard: number) => readPort(env, name, standard) ?? (problems.push(portAdvice(name)), 0)
  const url = (name: string, schemes: readonly string[]) => {
    const value = env[name] || undefined
    if (value === undefined || schemes.some((scheme) => value.startsWith(`${scheme}://`))) return value
    problems.push(`${name} must start with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`)
    return undefined
  }
  const host = env['HOST'] || '127.0.0.1'
  const publicHost = env['PUBLIC_HOST'] || (isWildcard(host) ? 'localhost' : host)
  const ports = {
    web: port('PORT', 3000),
    api: port('API_PORT', 3001),
    device: port('DEVICE_PORT', 8443),
    mqtt: port('MQTT_PORT', 8883),
  }
  const mqttUrl = url('MQTT_URL', ['mqtt', 'mqtts'])
  const told = (mqtt: Addresses['mqtt']) => ({
    host: env['BOOTFLEET_MQTT_HOST'] || mqtt.host,
    port: port('BOOTFLEET_MQTT_PORT', mqtt.port),
  })
  const config = {
    demo: !args.includes(noDemo),
    host,
    publicHost,
    ports,
    mqttUrl,
    addresses: {
      web: url('BOOTFLEET_WEB_URL', ['http', 'https']) ?? `http://${authority(publicHost)}:${ports.web}`,
      device: url('BOOTFLEET_DEVICE_URL', ['https']) ?? `https://${authority(publicHost)}:${ports.device}`,
      mqtt: told(brokerAddress(mqttUrl) ?? { host: publicHost, port: ports.mqtt }),
    },
    dataFolder: resolve(root, env['BOOTFLEET_DATA'] || '.bootfleet'),
    databaseUrl: url('DATABASE_URL', ['postgres', 'postgresql']),
    databaseAdminUrl: url('DATABASE_ADMIN_URL', ['postgres', 'postgresql']),
    redisUrl: url('REDIS_URL', ['redis', 'rediss']),
    adminEmail: env['BOOTFLEET_ADMIN_EMAIL'] || 'admin@bootfleet.local',
  }
  problems.push(...duplicates(ports))
  if (problems.length > 0) throw new StartError(`${problems.join('; ')}.`)
  return config
}

const noDemo = '--no-demo'

function unknownOptions(args: readonly string[]): string[] {
  return args.filter((arg) => arg !== noDemo).map((arg) => `${arg} is not an option of npm start; ${noDemo} is`)
}

/** True for an address that means "every interface", which nobody can connect to by name. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** A host as it stands in a URL. */
export function authority(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

// Devices connect to the broker that there is: the gateway's own, or the one that the gateway is a client of.
function brokerAddress(url: string | undefined): Addresses['mqtt'] | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname, port: Number(port) || (protocol === 'mqtts:' ? 8883 : 1883) }
}

/** The variable that sets each port. */
export const portVariables: Readonly<Record<keyof Ports, string>> = {
  web: 'PORT',
  api: 'API_PORT',
  device: 'DEVICE_PORT',
  mqtt: 'MQTT_PORT',
}

function readPort(env: Environment, name: string, standard: number): number | undefined {
  const text = env[name]
  if (!text) return standard
  const port = Number(text)
  return /^\d{1,5}$/.test(text) && port > 0 && port < 65_536 ? port : undefined
}

function portAdvice(name: string): string {
  return `${name} must be a port from 1 to 65535`
}

function duplicates(ports: Ports): string[] {
  const entries = Object.entries(ports).filter(([, port]) => port !== 0)
  const names = Object.entries(portVariables)
  const nameOf = (part: string) => names.find(([key]) => key === part)?.[1] ?? part
  return entries.flatMap(([part, port], index) => {
    const other = entries.slice(0, index).find(([, earlier]) => earlier === port)
    return other ? [`${nameOf(other[0])} and ${nameOf(part)} are both ${port}`] : []
  })
}
