import { spawn } from 'node:child_process'
import { constants, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { appendJournal } from './journal.mjs'
import { updateState } from './state.mjs'

/** @typedef {import('./systemd-run-options.mjs').UnitSpec} UnitSpec */

// The manager's side of one transient unit: the leader of its process group, which stays to say how the command ended.

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants
/** @type {Record<string, number>} */
const openFlags = {
  file: O_WRONLY | O_CREAT,
  append: O_WRONLY | O_CREAT | O_APPEND,
  truncate: O_WRONLY | O_CREAT | O_TRUNC,
}
/** @type {Record<string, 'inherit' | 'ignore'>} */
const stdioWords = { inherit: 'inherit', null: 'ignore' }

/** @param {UnitSpec} spec @param {'StandardOutput' | 'StandardError'} property */
function output(spec, property) {
  const fallback = property === 'StandardError' ? spec.properties['StandardOutput']?.at(-1) : undefined
  const value = spec.properties[property]?.at(-1) ?? fallback ?? (spec.pipe ? 'inherit' : 'journal')
  const [kind = '', path = ''] = value.split(/:(.*)/s)
  const flags = openFlags[kind]
  return flags === undefined ? (stdioWords[kind] ?? 'pipe') : openSync(path, flags)
}

/** @param {UnitSpec} spec */
function openFiles(spec) {
  return (spec.properties['OpenFile'] ?? []).map((value) => openSync(value.split(':')[0] ?? '', 'r+'))
}

/** @param {string | undefined} text such as `30`, `30s` or `5min` */
function seconds(text) {
  const [, number, unit = 's'] = /^(\d+)\s*(s|min|h)?$/.exec(text ?? '') ?? []
  return number === undefined ? null : Number(number) * { s: 1, min: 60, h: 3600 }[unit]
}

/** @param {UnitSpec} spec @param {object | null} stream the child's stdout or stderr */
function toJournal(spec, stream) {
  if (!stream) return
  createInterface({ input: stream }).on('line', (MESSAGE) => {
    appendJournal(spec.root, { MESSAGE, _SYSTEMD_UNIT: spec.name, SYSLOG_IDENTIFIER: spec.command[0] ?? '' })
  })
}

/** @param {UnitSpec} spec @param {{ result: string, exitStatus: number }} end */
function finish(spec, end) {
  writeFileSync(`${spec.resultFile}.new`, JSON.stringify({ ...end, pid: process.pid }))
  renameSync(`${spec.resultFile}.new`, spec.resultFile)
  updateState(spec.root, ({ units }) => {
    const unit = units[spec.name]
    if (unit?.pid !== process.pid) return
    if (end.result === 'success' || spec.collect) {
      delete units[spec.name]
      return
    }
    Object.assign(unit, { active: 'failed', sub: 'failed', pid: null, ...end })
  })
}

/** @param {UnitSpec} spec */
function run(spec) {
  const [program = '', ...args] = spec.command
  const files = openFiles(spec)
  const env = files.length > 0 ? { ...spec.env, LISTEN_FDS: String(files.length) } : spec.env
  const cwd = spec.properties['WorkingDirectory']?.at(-1)
  const child = spawn(program, args, {
    stdio: [spec.pipe ? 'inherit' : 'ignore', output(spec, 'StandardOutput'), output(spec, 'StandardError'), ...files],
    env,
    ...(cwd === undefined ? {} : { cwd }),
  })
  updateState(spec.root, ({ units }) => {
    const unit = units[spec.name]
    if (unit) unit.pid = process.pid
  })
  toJournal(spec, child.stdout)
  toJournal(spec, child.stderr)
  let timedOut = false
  let missing = false
  child.on('error', () => {
    missing = true
  })
  const limit = seconds(spec.properties['RuntimeMaxSec']?.at(-1))
  const timer =
    limit === null
      ? undefined
      : setTimeout(() => {
          timedOut = true
          process.kill(-process.pid, 'SIGTERM')
          setTimeout(() => child.kill('SIGKILL'), 1_000).unref()
        }, limit * 1000)
  // `systemctl stop` signals the whole group; the runner stays to record the end.
  process.on('SIGTERM', () => {})
  child.on('close', (code, signal) => {
    clearTimeout(timer)
    if (missing) return finish(spec, { result: 'exit-code', exitStatus: 203 })
    const result = timedOut ? 'timeout' : signal ? 'signal' : code === 0 ? 'success' : 'exit-code'
    finish(spec, { result, exitStatus: code ?? 1 })
  })
}

const specFile = process.argv[2] ?? ''
const spec = JSON.parse(readFileSync(specFile, 'utf8'))
rmSync(specFile)
run(spec)
