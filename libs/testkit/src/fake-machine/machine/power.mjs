import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { machinePaths } from './paths.mjs'

/** @typedef {import('../power-plan.ts').PowerPlan} PowerPlan */
/** @typedef {import('../power-plan.ts').PowerEvent} PowerEvent */

/**
 * @param {string} root
 * @returns {PowerPlan | null}
 */
function readPlan(root) {
  try {
    return JSON.parse(readFileSync(machinePaths(root).powerPlan, 'utf8'))
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return null
  }
}

/**
 * Counts an event of this kind. Gives the plan at the event that it waits for.
 * @param {string} root
 * @param {PowerEvent} kind
 * @returns {PowerPlan | null}
 */
export function takePlan(root, kind) {
  const { powerEvents, powerLost } = machinePaths(root)
  const plan = readPlan(root)
  if (plan === null || existsSync(powerLost)) return null
  appendFileSync(powerEvents, `${kind}\n`)
  const events = readFileSync(powerEvents, 'utf8').split('\n')
  if (kind !== plan.kind || events.filter((event) => event === kind).length !== plan.at) return null
  writeFileSync(powerLost, JSON.stringify(plan))
  return plan
}

/**
 * Ends what the plan says at the event that it names, this process too: nothing after the call runs.
 * @param {string} root
 * @param {PowerEvent} kind
 * @param {() => void} [loseUnsynced] called when the power goes, for what the disk has not got yet
 */
export function countEvent(root, kind, loseUnsynced = () => {}) {
  const plan = takePlan(root, kind)
  if (plan === null) return
  if (plan.how !== 'agent') {
    loseUnsynced()
    endProcesses(root)
    process.kill(process.pid, 'SIGKILL')
  }
  // Only the agent: bootc goes on.
  const agent = Number(readFileSync(machinePaths(root).agentPid, 'utf8'))
  process.kill(agent, 'SIGKILL')
}

/**
 * All that runs on the machine, also what was started just now; but not this process.
 * @param {string} root
 */
function endProcesses(root) {
  for (const pid of readdirSync('/proc').map(Number)) {
    if (!Number.isInteger(pid) || pid === process.pid || !runsOn(root, pid)) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended just now.
    }
  }
}

/** @param {string} root @param {number} pid */
function runsOn(root, pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`FAKE_MACHINE_ROOT=${root}\0`)
  } catch {
    return false
  }
}
