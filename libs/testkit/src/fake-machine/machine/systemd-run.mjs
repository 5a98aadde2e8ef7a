import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { machinePaths } from './paths.mjs'
import { readState, updateState } from './state.mjs'
import { parseRun } from './systemd-run-options.mjs'
import { newUnit } from './units.mjs'

/** @typedef {import('./systemd-run-options.mjs').UnitSpec} UnitSpec */

// A transient unit lives on its own: in its own process group, without the caller's environment and descriptors, so it
// outlives an agent that is killed. Without --pipe its output goes to the journal. Emulated: --wait, --collect, --pipe,
// --quiet, --unit, --description, --setenv, --property of Description, StandardOutput/StandardError=file:|append:|
// truncate:|journal|null, RuntimeMaxSec, WorkingDirectory, Environment and OpenFile. Other properties are accepted.

/**
 * @param {UnitSpec} spec
 * @returns {boolean} false: the name is taken
 */
function load({ root, name, description }) {
  return updateState(root, ({ units }) => {
    const old = units[name]
    if (old && (old.enabled !== null || old.active === 'active' || old.active === 'failed')) return false
    units[name] = newUnit({ active: 'active', sub: 'running', description })
    return true
  })
}

/** @param {UnitSpec} spec */
function startRunner(spec) {
  const specFile = join(machinePaths(spec.root).units, `${spec.id}.json`)
  writeFileSync(specFile, JSON.stringify(spec))
  const runner = fileURLToPath(new URL('unit-runner.mjs', import.meta.url))
  const child = spawn(process.execPath, [runner, specFile], {
    detached: true,
    stdio: spec.pipe ? 'inherit' : 'ignore',
    env: spec.env,
  })
  updateState(spec.root, ({ units }) => {
    const unit = units[spec.name]
    if (unit) unit.pid = child.pid ?? null
  })
  child.unref()
}

/** @param {string} file */
function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return null
  }
}

/** @param {UnitSpec} spec */
async function waitForResult({ root, resultFile, name }) {
  for (;;) {
    // In this order: the runner writes the result first and then takes its unit down.
    const unit = readState(root).units[name]
    const result = readResult(resultFile)
    if (result && unit?.pid !== result.pid) {
      rmSync(resultFile, { force: true })
      return result
    }
    // The power is gone, and the unit with it.
    if (!unit && !result) return { result: 'signal', exitStatus: 1 }
    await delay(20)
  }
}

/**
 * The program `systemd-run`.
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function systemdRun(args) {
  if (args[0] === '--version') {
    process.stdout.write('systemd 257 (fake)\n')
    return 0
  }
  const call = parseRun(args)
  if (call === null) {
    process.stderr.write('Command line to execute required.\n')
    return 1
  }
  const { spec, quiet, wait } = call
  mkdirSync(machinePaths(spec.root).units, { recursive: true })
  if (!load(spec)) {
    process.stderr.write(
      `Failed to start transient service unit: Unit ${spec.name} was already loaded or has a fragment file.\n`,
    )
    return 1
  }
  startRunner(spec)
  if (!quiet) process.stderr.write(`Running as unit: ${spec.name}; invocation ID: ${spec.id}\n`)
  if (!wait) return 0
  const { result, exitStatus } = await waitForResult(spec)
  if (!quiet) process.stderr.write(`Finished with result: ${result}\n`)
  return exitStatus
}
