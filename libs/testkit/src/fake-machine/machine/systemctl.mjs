import { machineRoot } from './paths.mjs'
import { requestReboot } from './reboot-request.mjs'
import * as unitVerbs from './systemctl-units.mjs'
import { readState } from './state.mjs'
import { unitName } from './units.mjs'

/** @typedef {import('./systemctl-units.mjs').Call} Call */

/** Options that take their value from the next argument. */
const valued = { '-p': 'property', '--property': 'property', '-o': 'output', '--output': 'output', '-t': 'type' }
/** @type {Record<string, string>} */
const withNextValue = { ...valued, '--type': 'type', '--state': 'state', '--message': 'message', '-n': 'lines' }
/** @type {Record<string, string>} */
const shortSwitches = { '-q': 'quiet', '-a': 'all', '-l': 'full', '-f': 'force' }

/** @param {string[]} args */
function parse(args) {
  /** @type {Call['options']} */
  const options = {}
  /** @type {string[]} */
  const words = []
  const rest = [...args]
  while (rest.length > 0) {
    const argument = rest.shift() ?? ''
    const [name = '', inline] = argument.split(/=(.*)/s)
    const key = withNextValue[name]
    if (key) {
      const value = inline ?? rest.shift() ?? ''
      options[key] = key === 'property' && options[key] ? `${String(options[key])},${value}` : value
    } else if (argument.startsWith('-')) {
      options[shortSwitches[name] ?? name.slice(2)] = inline ?? true
    } else words.push(argument)
  }
  return { options, words }
}

/** @param {Call} call */
function cat({ root, names }) {
  const missing = names.map(unitName).filter((name) => !(name in readState(root).units))
  for (const name of missing) process.stderr.write(`No files found for ${name}.\n`)
  return missing.length > 0 ? 1 : 0
}

/** @param {'reboot' | 'soft-reboot'} kind */
function rebootVerb(kind) {
  return (/** @type {Call} */ { root, options }) => {
    requestReboot(root, kind, typeof options['message'] === 'string' ? options['message'] : null)
    return 0
  }
}

/** @type {Record<string, (call: Call) => number | Promise<number>>} */
const verbs = {
  'is-active': unitVerbs.isActive,
  'is-failed': unitVerbs.isFailed,
  'is-enabled': unitVerbs.isEnabled,
  'is-system-running': unitVerbs.isSystemRunning,
  'list-units': unitVerbs.listUnits,
  show: unitVerbs.show,
  status: unitVerbs.status,
  enable: unitVerbs.enable,
  disable: unitVerbs.disable,
  mask: unitVerbs.mask,
  unmask: unitVerbs.unmask,
  start: unitVerbs.start,
  restart: unitVerbs.start,
  stop: unitVerbs.stop,
  'reset-failed': unitVerbs.resetFailed,
  'daemon-reload': () => 0,
  cat,
  reboot: rebootVerb('reboot'),
  'soft-reboot': rebootVerb('soft-reboot'),
}

/**
 * The program `systemctl`: the verbs that an update agent needs, over the units in the machine's state.
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function systemctl(args) {
  const { options, words } = parse(args)
  if (options['version']) {
    process.stdout.write('systemd 257 (fake)\n')
    return 0
  }
  const [verb = 'list-units', ...names] = words
  const run = verbs[verb]
  if (!run) {
    process.stderr.write(`Unknown command verb ${verb}.\n`)
    return 1
  }
  return run({ root: machineRoot(), names, options })
}
