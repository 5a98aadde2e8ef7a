import { aliases, commands } from './commands.mjs'
import { hasSince, releaseOf } from './versions.mjs'

/** @typedef {import('./commands.mjs').Command} Command */
/** @typedef {{ verb: string, flags: Record<string, string | true>, target: string | null }} Invocation */

/** Ends the program with a text, as clap does: stdout and 0 for help and version, stderr and 2 for wrong usage. */
export class EarlyExit extends Error {
  /**
   * @param {string} text
   * @param {number} code
   */
  constructor(text, code) {
    super(text)
    this.code = code
  }
}

/**
 * @param {string} verb
 * @param {Command} command
 */
function usageLine(verb, command) {
  return `Usage: bootc ${verb} [OPTIONS]${command.positional ? ` <${command.positional}>` : ''}`
}

/**
 * @param {string} message
 * @param {string} usage
 */
function wrongUsage(message, usage) {
  return new EarlyExit(`error: ${message}\n\n${usage}\n\nFor more information, try '--help'.\n`, 2)
}

/**
 * @param {string} name
 * @param {import('./commands.mjs').Flag} flag
 */
function flagText(name, flag) {
  const short = flag.short ? `-${flag.short}, ` : '    '
  return `  ${short}--${name}${flag.value ? ` <${flag.value}>` : ''}\n          ${flag.help}\n`
}

/**
 * @param {string} verb
 * @param {Command} command
 * @param {string} version
 */
function helpText(verb, command, version) {
  const flags = Object.entries(command.flags)
    .filter(([, flag]) => !flag.hidden && (!flag.since || hasSince(version, flag.since)))
    .map(([name, flag]) => flagText(name, flag))
  const positional = command.positional ? `Arguments:\n  <${command.positional}>\n\n` : ''
  const last = "  -h, --help\n          Print help (see a summary with '-h')\n"
  return `${command.about}\n\n${usageLine(verb, command)}\n\n${positional}Options:\n${[...flags, last].join('\n')}`
}

function topHelp() {
  const shown = Object.entries(commands).filter(([, { hidden }]) => !hidden)
  const lines = shown.map(([name, { about }]) => `  ${name.padEnd(15)}${about}`)
  return `Deploy and transactionally in-place with bootable container images.\n\nUsage: bootc <COMMAND>\n\nCommands:\n${lines.join('\n')}\n\nOptions:\n  -h, --help     Print help\n  -V, --version  Print version\n`
}

/**
 * @param {Command} command
 * @param {string} argument
 * @param {string} version
 */
function findFlag(command, argument, version) {
  const [typed = '', inline] = argument.split(/=(.*)/s)
  const name = typed.startsWith('--')
    ? typed.slice(2)
    : Object.keys(command.flags).find((key) => command.flags[key]?.short === typed.slice(1))
  const flag = name === undefined ? undefined : command.flags[name]
  if (!name || !flag || (flag.since && !hasSince(version, flag.since))) return null
  return { name, flag, inline, typed }
}

/**
 * @param {NonNullable<ReturnType<typeof findFlag>>} found
 * @param {string[]} rest arguments after this one; a value is taken from it
 * @param {string} usage
 */
function flagValue(found, rest, usage) {
  const { name, flag, inline } = found
  if (!flag.value) {
    if (inline === undefined) return true
    throw wrongUsage(`unexpected value '${inline}' for '--${name}' found; no more were expected`, usage)
  }
  const label = `--${name} <${flag.value}>`
  const value = inline ?? rest.shift()
  if (value === undefined) throw wrongUsage(`a value is required for '${label}' but none was supplied`, usage)
  if (flag.choices && !flag.choices.includes(value)) {
    const choices = `[possible values: ${flag.choices.join(', ')}]`
    throw wrongUsage(`invalid value '${value}' for '${label}'\n  ${choices}`, usage)
  }
  return value
}

/**
 * @param {Command} command
 * @param {Record<string, string | true>} flags
 * @param {string} usage
 */
function checkConflicts(command, flags, usage) {
  for (const name of Object.keys(flags)) {
    const other = command.flags[name]?.conflicts?.find((conflict) => conflict in flags)
    if (other) throw wrongUsage(`the argument '--${name}' cannot be used with '--${other}'`, usage)
  }
}

/**
 * @param {string[]} args
 * @param {{ verb: string, command: Command, version: string }} context
 * @returns {Invocation}
 */
function parseVerb(args, { verb, command, version }) {
  const usage = usageLine(verb, command)
  const rest = [...args]
  /** @type {Invocation} */
  const invocation = { verb, flags: {}, target: null }
  while (rest.length > 0) {
    const argument = rest.shift() ?? ''
    if (argument === '-h' || argument === '--help') throw new EarlyExit(helpText(verb, command, version), 0)
    if (!argument.startsWith('-')) {
      if (!command.positional || invocation.target !== null) {
        throw wrongUsage(`unexpected argument '${argument}' found`, usage)
      }
      invocation.target = argument
      continue
    }
    const found = findFlag(command, argument, version)
    if (!found) throw wrongUsage(`unexpected argument '${argument.split('=')[0]}' found`, usage)
    invocation.flags[found.name] = flagValue(found, rest, usage)
  }
  checkConflicts(command, invocation.flags, usage)
  if (command.positional && invocation.target === null) {
    throw wrongUsage(`the following required arguments were not provided:\n  <${command.positional}>`, usage)
  }
  return invocation
}

/**
 * What the command line of `bootc` asks for.
 * @param {string[]} args
 * @param {string} version the version knob
 * @returns {Invocation}
 * @throws {EarlyExit} help, version and wrong usage
 */
export function parseArguments(args, version) {
  const [first, ...rest] = args
  if (first === undefined) throw new EarlyExit(topHelp(), 2)
  if (first === '--version' || first === '-V') throw new EarlyExit(`bootc ${releaseOf(version)}\n`, 0)
  if (first === '--help' || first === '-h' || first === 'help') throw new EarlyExit(topHelp(), 0)
  const verb = aliases[first] ?? first
  const command = commands[verb]
  const kind = first.startsWith('-') ? 'unexpected argument' : 'unrecognized subcommand'
  if (!command) {
    throw wrongUsage(`${kind} '${first}'${first.startsWith('-') ? ' found' : ''}`, 'Usage: bootc <COMMAND>')
  }
  return parseVerb(rest, { verb, command, version })
}
