import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { machinePaths, machineRoot } from './paths.mjs'
import { unitName } from './units.mjs'

/**
 * @typedef {object} UnitSpec
 * @property {string} root
 * @property {string} name
 * @property {string[]} command
 * @property {Record<string, string>} env
 * @property {Record<string, string[]>} properties
 * @property {boolean} collect
 * @property {boolean} pipe
 * @property {string} description
 * @property {string} id invocation id
 * @property {string} resultFile
 */

/** @type {Record<string, string>} */
const withValue = {
  '-u': 'unit',
  '--unit': 'unit',
  '-p': 'property',
  '--property': 'property',
  '-E': 'setenv',
  '--setenv': 'setenv',
  '--description': 'description',
  '--slice': 'slice',
  '--uid': 'uid',
  '--gid': 'gid',
  '--working-directory': 'working-directory',
  '--service-type': 'service-type',
}
/** @type {Record<string, string>} */
const switches = { '-q': 'quiet', '-P': 'pipe', '-G': 'collect', '-d': 'same-dir', '-r': 'remain-after-exit' }

/**
 * @param {string} argument `-uNAME`, `--unit=NAME` or `--unit`
 * @returns {{ key: string | undefined, value: string | undefined, name: string }}
 */
function readOption(argument) {
  if (/^-[upE]./.test(argument)) return { key: withValue[argument.slice(0, 2)], value: argument.slice(2), name: '' }
  const [name = '', value] = argument.split(/=(.*)/s)
  return { key: withValue[name], value, name }
}

/** @param {string[]} args */
function parse(args) {
  /** @type {Record<string, string[]>} */
  const values = {}
  const flags = new Set()
  const rest = [...args]
  while (rest[0]?.startsWith('-')) {
    const argument = rest.shift() ?? ''
    if (argument === '--') break
    const { key, value, name } = readOption(argument)
    if (key) (values[key] ??= []).push(value ?? rest.shift() ?? '')
    else flags.add(switches[name] ?? name.slice(2))
  }
  return { values, flags, command: rest }
}

/** @param {string[]} assignments */
function grouped(assignments) {
  /** @type {Record<string, string[]>} */
  const properties = {}
  for (const assignment of assignments) {
    const [key = '', value = ''] = assignment.split(/=(.*)/s)
    ;(properties[key] ??= []).push(value)
  }
  return properties
}

/** @param {string[]} assignments `KEY=value`, or `KEY` for the caller's value */
function environment(assignments) {
  const { PATH = '', FAKE_MACHINE_ROOT = '', HOME = '/root', TMPDIR } = process.env
  const own = { PATH, FAKE_MACHINE_ROOT, HOME, LANG: 'C.UTF-8', ...(TMPDIR ? { TMPDIR } : {}) }
  const set = assignments.map((text) => {
    const [key = '', value] = text.split(/=(.*)/s)
    return [key, value ?? process.env[key] ?? '']
  })
  return { ...own, ...Object.fromEntries(set) }
}

/**
 * What the command line of `systemd-run` asks for; null without a command.
 * @param {string[]} args
 */
export function parseRun(args) {
  const { values, flags, command } = parse(args)
  if (command.length === 0) return null
  const root = machineRoot()
  const id = randomUUID().replaceAll('-', '')
  const properties = grouped(values['property'] ?? [])
  const description = values['description'] ?? properties['Description'] ?? [command.join(' ')]
  /** @type {UnitSpec} */
  const spec = {
    root,
    id,
    name: unitName(values['unit']?.at(-1) ?? `run-u${id.slice(0, 8)}`),
    description: description.at(-1) ?? '',
    command,
    env: environment([...(properties['Environment'] ?? []), ...(values['setenv'] ?? [])]),
    properties,
    collect: flags.has('collect'),
    pipe: flags.has('pipe'),
    resultFile: join(machinePaths(root).units, `${id}.result`),
  }
  return { spec, quiet: flags.has('quiet'), wait: flags.has('wait') || spec.pipe }
}
