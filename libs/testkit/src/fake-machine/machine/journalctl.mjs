import { readJournal } from './journal.mjs'
import { machineRoot } from './paths.mjs'
import { readState } from './state.mjs'
import { unitName } from './units.mjs'

/** @typedef {import('./journal.mjs').JournalEntry} JournalEntry */

/** @type {Record<string, string>} */
const withValue = {
  '-u': 'unit',
  '--unit': 'unit',
  '-o': 'output',
  '--output': 'output',
  '-n': 'lines',
  '--lines': 'lines',
  '-p': 'priority',
  '--priority': 'priority',
  '-t': 'identifier',
  '--identifier': 'identifier',
  '-g': 'grep',
  '--grep': 'grep',
  '--since': 'since',
  '--until': 'until',
}

/**
 * The value of `-b` is optional: the next argument is it only if it looks like one.
 * @param {string[]} rest
 */
function takeBoot(rest) {
  return /^(-?\d+|[0-9a-f-]{32,36})$/.test(rest[0] ?? '') ? (rest.shift() ?? '0') : '0'
}

/** @param {string[]} args */
function parse(args) {
  /** @type {Record<string, string[]>} */
  const options = {}
  /** @type {string[]} */
  const matches = []
  const rest = [...args]
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [name = '', inline] = argument.split(/=(.*)/s)
    const key = withValue[name]
    if (name === '-b' || name === '--boot') options['boot'] = [inline ?? takeBoot(rest)]
    else if (key) (options[key] ??= []).push(inline ?? rest.shift() ?? '')
    else if (argument.startsWith('-')) options[name.replace(/^-+/, '')] = []
    else matches.push(argument)
  }
  return { options, matches }
}

/**
 * Kernels in order; soft reboots are not boots for the journal.
 * @param {string} root
 */
function bootIds(root) {
  return [...new Set(readState(root).boots.map(({ bootId }) => bootId.replaceAll('-', '')))]
}

/**
 * @param {string[]} boots
 * @param {string} asked id, or offset from the last boot
 */
function findBoot(boots, asked) {
  if (asked.length >= 32) return asked.replaceAll('-', '')
  const offset = Number(asked)
  return boots[offset > 0 ? offset - 1 : boots.length - 1 + offset]
}

const priorities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

/** @param {JournalEntry} entry @param {string} format */
function line(entry, format) {
  if (format === 'json') return JSON.stringify(entry)
  if (format === 'cat') return entry.MESSAGE
  const time = new Date(Number(entry.__REALTIME_TIMESTAMP) / 1000).toISOString()
  return `${time} fake ${entry.SYSLOG_IDENTIFIER ?? 'systemd'}[1]: ${entry.MESSAGE}`
}

/** @param {string} root @param {string} format */
function listBoots(root, format) {
  const boots = bootIds(root)
  const journal = readJournal(root)
  const rows = boots.map((boot, index) => {
    const times = journal.filter(({ _BOOT_ID }) => _BOOT_ID === boot).map((entry) => Number(entry.__REALTIME_TIMESTAMP))
    return { index: index - boots.length + 1, boot_id: boot, first_entry: times[0] ?? 0, last_entry: times.at(-1) ?? 0 }
  })
  return format === 'json'
    ? `${JSON.stringify(rows)}\n`
    : rows.map((row) => `${String(row.index).padStart(3)} ${row.boot_id}\n`).join('')
}

/**
 * The conditions of a call, all of which an entry must meet.
 * @param {ReturnType<typeof parse>} call
 * @param {string | undefined} boot
 * @returns {((entry: JournalEntry) => boolean)[]}
 */
function conditions({ options, matches }, boot) {
  const { unit, priority, identifier, grep } = options
  const worst =
    priority && (priorities.includes(priority[0] ?? '') ? priorities.indexOf(priority[0] ?? '') : priority[0])
  return [
    ...(options['boot'] ? [(/** @type {JournalEntry} */ entry) => entry._BOOT_ID === boot] : []),
    ...(unit ? [(entry) => unit.map(unitName).includes(entry._SYSTEMD_UNIT ?? '')] : []),
    ...(worst === undefined ? [] : [(entry) => Number(entry.PRIORITY) <= Number(worst)]),
    ...(identifier ? [(entry) => identifier.includes(entry.SYSLOG_IDENTIFIER ?? '')] : []),
    ...(grep ? [(entry) => new RegExp(grep[0] ?? '', 'i').test(entry.MESSAGE)] : []),
    ...matches.map((match) => {
      const [key = '', value = ''] = match.split(/=(.*)/s)
      return (entry) => entry[key] === value
    }),
  ]
}

/**
 * @param {string} root
 * @param {ReturnType<typeof parse>} call
 * @param {string | undefined} boot
 */
function entriesText(root, call, boot) {
  const { options } = call
  const format = options['output']?.[0] ?? 'short'
  const tests = conditions(call, boot)
  const found = readJournal(root).filter((entry) => tests.every((test) => test(entry)))
  const last = options['lines'] ? found.slice(-Number(options['lines'][0])) : found
  const shown = options['reverse'] || options['r'] ? last.toReversed() : last
  if (shown.length > 0) return `${shown.map((entry) => line(entry, format)).join('\n')}\n`
  return format.startsWith('short') && !options['q'] && !options['quiet'] ? '-- No entries --\n' : ''
}

/**
 * The program `journalctl`: -u, -b, -o json|cat|short, -n, -p, -t, -g, --list-boots and FIELD=value.
 * @param {string[]} args
 * @returns {number} the exit code
 */
export function journalctl(args) {
  const root = machineRoot()
  const call = parse(args)
  const { options } = call
  const format = options['output']?.[0] ?? 'short'
  if (options['list-boots']) {
    process.stdout.write(listBoots(root, format))
    return 0
  }
  const boot = options['boot'] && findBoot(bootIds(root), options['boot'][0] ?? '0')
  if (options['boot'] && !boot) {
    process.stderr.write('Data from the specified boot is not available: No such boot ID in journal\n')
    return 1
  }
  process.stdout.write(entriesText(root, call, boot))
  return 0
}
