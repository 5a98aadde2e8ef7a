import { readJournal } from './journal.mjs'
import { isAlive } from './lock.mjs'
import { readState, updateState } from './state.mjs'
import { unitName, unitProperties } from './units.mjs'

/** @typedef {{ root: string, names: string[], options: Record<string, string | true> }} Call */
/** @typedef {import('../machine-state.ts').Unit} Unit */

/** @param {string} text */
function print(text) {
  process.stdout.write(text)
}

/**
 * Prints a word for each unit; the exit code is that of the last one that is not as asked.
 * @param {Call} call
 * @param {(unit: Unit | undefined) => [word: string, code: number]} describe
 */
function answer({ root, names, options }, describe) {
  const { units } = readState(root)
  let exitCode = 0
  for (const name of names) {
    const [word, code] = describe(units[unitName(name)])
    if (!options['quiet']) print(`${word}\n`)
    if (code !== 0) exitCode = code
  }
  return exitCode
}

/** @param {Call} call */
export function isActive(call) {
  return answer(call, (unit) => [unit?.active ?? 'inactive', unit ? (unit.active === 'active' ? 0 : 3) : 4])
}

/** @param {Call} call */
export function isFailed(call) {
  if (call.names.length === 0) {
    const failed = Object.values(readState(call.root).units).some(({ active }) => active === 'failed')
    if (!call.options['quiet']) print(failed ? 'degraded\n' : 'running\n')
    return failed ? 0 : 1
  }
  return answer(call, (unit) => [unit?.active ?? 'inactive', unit?.active === 'failed' ? 0 : 1])
}

/** @param {Call} call */
export function isEnabled(call) {
  return answer(call, (unit) => {
    if (!unit) return ['not-found', 4]
    const word = unit.enabled ?? 'transient'
    return [word, ['enabled', 'static', 'transient'].includes(word) ? 0 : 1]
  })
}

/** @param {Call} call */
export function isSystemRunning({ root }) {
  const failed = Object.values(readState(root).units).some(({ active }) => active === 'failed')
  print(failed ? 'degraded\n' : 'running\n')
  return failed ? 1 : 0
}

/** @param {Call} call */
export function listUnits({ root, options }) {
  const wanted = options['failed'] ? 'failed' : options['state']
  const rows = Object.entries(readState(root).units)
    .filter(([name]) => typeof options['type'] !== 'string' || name.endsWith(`.${options['type']}`))
    .filter(([, { active }]) => (wanted ? active === wanted : options['all'] || active !== 'inactive'))
    .map(([unit, { active, sub, description }]) => ({ unit, load: 'loaded', active, sub, description }))
  if (options['output'] === 'json') {
    print(`${JSON.stringify(rows)}\n`)
    return 0
  }
  const mark = options['plain'] ? '' : '● '
  const lines = rows.map((row) => `${mark}${row.unit} ${row.load} ${row.active} ${row.sub} ${row.description}\n`)
  const legend = options['no-legend'] || options['legend'] === 'false' ? '' : `\n${rows.length} loaded units listed.\n`
  print(lines.join('') + legend)
  return 0
}

/** @param {Call} call */
export function show({ root, names, options }) {
  const state = readState(root)
  const manager = { SoftRebootsCount: String(state.softReboots), SystemState: 'running', Version: '257 (fake)' }
  const wanted = typeof options['property'] === 'string' ? options['property'].split(',') : null
  const documents =
    names.length === 0 ? [manager] : names.map((name) => unitProperties(unitName(name), state.units[unitName(name)]))
  const texts = documents.map((document) =>
    Object.entries(document)
      .filter(([key]) => wanted === null || wanted.includes(key))
      .map(([key, value]) => (options['value'] ? `${value}\n` : `${key}=${value}\n`))
      .join(''),
  )
  print(texts.join('\n'))
  return 0
}

/** @param {Call} call */
export function status({ root, names }) {
  const state = readState(root)
  let exitCode = 0
  for (const name of names.map(unitName)) {
    const unit = state.units[name]
    if (!unit) {
      process.stderr.write(`Unit ${name} could not be found.\n`)
      exitCode = 4
      continue
    }
    const result = unit.active === 'failed' ? ` (Result: ${unit.result})` : ` (${unit.sub})`
    const boot = state.bootId.replaceAll('-', '')
    const lines = readJournal(root)
      .filter((entry) => entry._SYSTEMD_UNIT === name && entry._BOOT_ID === boot)
      .slice(-10)
      .map((entry) => `${entry.SYSLOG_IDENTIFIER ?? 'systemd'}[1]: ${entry.MESSAGE}\n`)
    print(
      `● ${name} - ${unit.description || name}\n     Loaded: loaded\n     Active: ${unit.active}${result}\n\n${lines.join('')}`,
    )
    if (unit.active !== 'active') exitCode = 3
  }
  return exitCode
}

/**
 * @param {Call} call
 * @param {(unit: Unit, name: string) => void} change
 */
function changeUnits({ root, names }, change) {
  return updateState(root, (state) => {
    for (const name of names.map(unitName)) {
      const unit = state.units[name]
      if (!unit) {
        process.stderr.write(`Failed to process unit: Unit ${name} does not exist\n`)
        return 5
      }
      change(unit, name)
    }
    return 0
  })
}

/** @param {Unit} unit */
function deactivate(unit) {
  unit.active = 'inactive'
  unit.sub = 'dead'
}

/** @param {'enabled' | 'disabled' | 'masked'} enabled @param {'active' | 'inactive'} active */
function fileVerb(enabled, active) {
  return (/** @type {Call} */ call) =>
    changeUnits(call, (unit, name) => {
      unit.enabled = enabled
      if (!call.options['now']) return
      if (active === 'inactive') return deactivate(unit)
      unit.active = 'active'
      unit.sub = name.endsWith('.timer') ? 'waiting' : 'running'
    })
}

export const disable = fileVerb('disabled', 'inactive')
export const enable = fileVerb('enabled', 'active')
export const mask = fileVerb('masked', 'inactive')
export const unmask = fileVerb('disabled', 'inactive')

/** @param {Call} call */
export function start(call) {
  return changeUnits(call, (unit, name) => {
    unit.active = 'active'
    unit.sub = name.endsWith('.timer') ? 'waiting' : 'running'
    unit.result = 'success'
  })
}

/** @param {Call} call */
export function resetFailed(call) {
  return updateState(call.root, ({ units }) => {
    const names = call.names.length > 0 ? call.names.map(unitName) : Object.keys(units)
    for (const name of names) {
      const unit = units[name]
      if (unit?.active !== 'failed') continue
      deactivate(unit)
      unit.result = 'success'
      if (unit.enabled === null) delete units[name]
    }
    return 0
  })
}

/** Process group of a unit: SIGTERM, then SIGKILL for what is left. @param {number} pid */
export async function killGroup(pid) {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGKILL'])) {
    try {
      process.kill(-pid, signal)
    } catch {
      return
    }
    const deadline = performance.now() + 3_000
    while (isAlive(pid) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 15))
    if (!isAlive(pid)) return
  }
}

/** @param {Call} call */
export async function stop(call) {
  const { units } = readState(call.root)
  for (const name of call.names.map(unitName)) {
    const unit = units[name]
    if (!unit) {
      process.stderr.write(`Failed to stop ${name}: Unit ${name} not loaded.\n`)
      return 5
    }
    if (unit.pid !== null) await killGroup(unit.pid)
  }
  updateState(call.root, (state) => {
    for (const name of call.names.map(unitName)) {
      const unit = state.units[name]
      if (!unit) continue
      deactivate(unit)
      if (unit.enabled === null) delete state.units[name]
    }
  })
  return 0
}
