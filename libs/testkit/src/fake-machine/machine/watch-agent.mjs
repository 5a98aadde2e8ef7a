import childProcess from 'node:child_process'
import { existsSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { machinePaths, machineRoot } from './paths.mjs'
import { countEvent } from './power.mjs'

// Loaded into the agent before its own code (`node --import`): counts what it does to the world, for the plan of a power
// cut. What was written and not synchronised when the power goes is cut in half. On a full disk nothing is written.

const root = machineRoot()
writeFileSync(machinePaths(root).agentPid, String(process.pid))

/** @type {Set<string>} */
const unsynced = new Set()

function loseUnsynced() {
  for (const path of unsynced) truncateSync(path, Math.floor(statSync(path).size / 2))
}

/** @param {import('../power-plan.ts').PowerEvent} kind */
const count = (kind) => countEvent(root, kind, loseUnsynced)

const { open, rename } = fs
fs.open = async (path, flags, mode) => {
  if (flags !== 'w') return open(path, flags, mode)
  if (existsSync(machinePaths(root).diskFull)) {
    throw Object.assign(new Error(`ENOSPC: no space left on device, open '${String(path)}'`), { code: 'ENOSPC' })
  }
  count('write')
  const file = await open(path, flags, mode)
  const sync = file.sync.bind(file)
  unsynced.add(String(path))
  file.sync = async () => {
    count('write')
    await sync()
    unsynced.delete(String(path))
  }
  return file
}
fs.rename = async (from, to) => {
  count('write')
  await rename(from, to)
  if (unsynced.delete(String(from))) unsynced.add(String(to))
  count('write')
}

const { spawn } = childProcess
childProcess.spawn = (...args) => {
  count('program')
  const child = spawn(...args)
  child.once('exit', () => count('program'))
  return child
}

const write = process.stderr.write.bind(process.stderr)
process.stderr.write = (...args) => {
  count('log')
  return write(...args)
}
syncBuiltinESMExports()
