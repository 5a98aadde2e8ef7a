import { parseArgs } from 'node:util'

export const measurements = ['enroll', 'connect', 'push', 'ingest', 'rollout', 'waves', 'turns', 'agent'] as const
export type Measurement = (typeof measurements)[number]

export const usage = `npm run bench -- [options]

  --devices N       devices connected at a time (5000)
  --only name,name  of: ${measurements.join(', ')}
                    (devices always connect, as the others need them)
  --plans           also show how the steady-state queries are executed
  --quick           small numbers: proves that the bench works, measures nothing
  --markdown        also write docs/benchmarks.md
`

/** How much of everything. */
export interface Scale {
  /** Connected devices. */
  readonly devices: number
  /** Devices that a rollout is created for; the connected ones are among them. */
  readonly targets: number
  readonly enrolled: number
  /** Documents that are pushed one at a time. */
  readonly pushes: number
  /** Reports that each device sends. */
  readonly rounds: number
  /** Seconds of bare upserts. */
  readonly upsertSec: number
  /** Waves that are followed by another. */
  readonly waves: number
  /** Targets of the rollouts whose turns are compared. */
  readonly curve: readonly number[]
  /** Seconds that an idle agent is looked at. */
  readonly idleSec: number
}

export interface Options extends Scale {
  readonly only: ReadonlySet<Measurement>
  readonly plans: boolean
  readonly quick: boolean
  readonly markdown: boolean
  readonly command: string
}

const full: Scale = {
  devices: 5000,
  targets: 100_000,
  enrolled: 200,
  pushes: 200,
  rounds: 6,
  upsertSec: 8,
  waves: 12,
  curve: [1000, 10_000, 100_000],
  idleSec: 60,
}
const quick: Scale = {
  devices: 20,
  targets: 500,
  enrolled: 4,
  pushes: 5,
  rounds: 3,
  upsertSec: 1,
  waves: 2,
  curve: [100, 700],
  idleSec: 1,
}

/** Reads the command line; `undefined` when help was asked for. Throws an Error that says what is wrong. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string' },
      only: { type: 'string' },
      plans: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const scale = values.quick ? quick : full
  const devices = Number(values.devices ?? scale.devices)
  if (!Number.isInteger(devices) || devices < 10 || devices > 14_000)
    throw new Error('--devices takes a whole number from 10 to 14000: the embedded broker has room for 15000.')
  const { plans, markdown } = values
  return {
    ...scale,
    devices,
    targets: Math.max(scale.targets, devices),
    only: readOnly(values.only),
    plans,
    markdown,
    quick: values.quick,
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
  }
}

function readOnly(text: string | undefined): Set<Measurement> {
  const names = text?.split(',') ?? measurements
  const known = measurements.filter((name) => names.includes(name))
  if (known.length < names.length) throw new Error(`--only takes names of this list: ${measurements.join(', ')}.`)
  return new Set(known)
}
