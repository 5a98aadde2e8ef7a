import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Api } from './api.ts'
import { parseBehaviours } from './behaviour.ts'
import { ImageRule } from './image-rules.ts'
import type { FleetPlan, Model } from './traits.ts'

export const usage = `Attaches simulated devices to a running bootfleet.

npm run simulate -- [options]
  --devices N            how many (default 20)
  --seed S               the same seed, the same devices (default 1)
  --server URL           the API; enrollment tokens with labels are made through it
  --token TOKEN          API token (better: BOOTFLEET_TOKEN). Without --server and --token the file admin.json
                         of a local npm start gives both
  --enroll FILE          instead: an enrollment document, or a list of {site?, model?, document}
  --group NAME           group of the devices (default "default")
  --sites A,B            (default berlin,lisbon,oslo,turin)
  --models NAME:ARCH,…   (default edge-box-100:amd64,edge-box-200:amd64,panel-7:arm64)
  --behaviours LIST      e.g. normal=90,slow=5,lying=5: so many in each block of devices
                         kinds: normal slow fails-to-boot unhealthy never-returns offline flapping lying
  --speed F              divides all durations (default 1)
  --fails DIGEST[=MODEL] this image does not boot (on this model); repeatable
  --rules FILE           how images fare, read again when it changes
  --state FILE           keeps the devices over restarts of this program; holds their keys
  --connect-rate N       connections begun a second (default 100)
  --verbose              what the agents log, on stderr
  --remove               removes all simulated devices from the server, and ends`

export interface Settings {
  plan: FleetPlan
  devices: number
  api: Api | undefined
  enrollFile: string | undefined
  group: string
  speed: number
  rules: ImageRule[]
  rulesFile: string | undefined
  stateFile: string | undefined
  connectRate: number
  verbose: boolean
  remove: boolean
}

/** Options of the command line; what is missing has a default. Throws what is wrong and how to say it right. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Settings {
  const values = parse(args)
  return {
    plan: {
      seed: words(values.seed, 'seed')[0] ?? '1',
      sites: words(values.sites, 'sites'),
      models: words(values.models, 'models').map(readModel),
      behaviours: parseBehaviours(values.behaviours),
    },
    devices: number(values.devices, { name: 'devices', from: 1, to: 100_000 }),
    api: values.enroll === undefined ? findApi(values, env) : undefined,
    enrollFile: values.enroll,
    group: values.group,
    speed: number(values.speed, { name: 'speed', from: 0.01, to: 100 }),
    rules: values.fails.map(readFails),
    rulesFile: values.rules,
    stateFile: values.state,
    connectRate: number(values['connect-rate'], { name: 'connect-rate', from: 1, to: 10_000 }),
    verbose: values.verbose,
    remove: values.remove,
  }
}

function parse(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      server: { type: 'string' },
      token: { type: 'string' },
      enroll: { type: 'string' },
      group: { type: 'string', default: 'default' },
      sites: { type: 'string', default: 'berlin,lisbon,oslo,turin' },
      models: { type: 'string', default: 'edge-box-100:amd64,edge-box-200:amd64,panel-7:arm64' },
      behaviours: { type: 'string', default: 'normal=1' },
      speed: { type: 'string', default: '1' },
      fails: { type: 'string', multiple: true, default: [] as string[] },
      rules: { type: 'string' },
      state: { type: 'string' },
      'connect-rate': { type: 'string', default: '100' },
      verbose: { type: 'boolean', default: false },
      remove: { type: 'boolean', default: false },
    },
  })
  return values
}

function findApi(given: { server?: string; token?: string }, env: NodeJS.ProcessEnv): Api {
  const local = given.server === undefined ? readAdminFile(env) : undefined
  const url = given.server ?? local?.url
  const token = given.token ?? env['BOOTFLEET_TOKEN'] ?? local?.token
  if (url === undefined) {
    throw new Error('Which server? Start one with npm start, or give --server and --token, or --enroll')
  }
  if (token === undefined) throw new Error(`${url} wants an API token: give --token or set BOOTFLEET_TOKEN`)
  return { url, token }
}

/** What a local `npm start` leaves for its own machine. */
function readAdminFile(env: NodeJS.ProcessEnv): Api | undefined {
  try {
    const file = join(env['BOOTFLEET_DATA'] ?? '.bootfleet', 'admin.json')
    const { url, token } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    return typeof url === 'string' && typeof token === 'string' ? { url, token } : undefined
  } catch {
    return undefined
  }
}

function number(text: string, { name, from, to }: { name: string; from: number; to: number }): number {
  const value = Number(text)
  if (!(value >= from && value <= to)) throw new Error(`--${name} must be a number from ${from} to ${to}`)
  return value
}

function words(text: string, name: string): string[] {
  const list = text.split(',').map((word) => word.trim())
  const bad = list.find((word) => !/^[a-z0-9][a-z0-9.:-]{0,40}$/.test(word))
  if (bad !== undefined) throw new Error(`--${name}: "${bad}" must be lower-case letters, digits, "." and "-"`)
  return list
}

function readModel(text: string): Model {
  const [name = '', architecture = 'amd64'] = text.split(':')
  return { name, architecture }
}

function readFails(text: string): ImageRule {
  const [digest = '', model] = text.split('=')
  const rule = { digests: [digest], boot: 'fails-to-boot', ...(model !== undefined && { models: [model] }) }
  const parsed = ImageRule.safeParse(rule)
  if (!parsed.success) throw new Error(`--fails takes sha256:<64 hex digits>, or that and =MODEL; not "${text}"`)
  return parsed.data
}
