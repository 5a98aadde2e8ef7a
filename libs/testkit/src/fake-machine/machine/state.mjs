import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { withLockSync } from './lock.mjs'
import { machinePaths } from './paths.mjs'

/** @typedef {import('../machine-state.ts').MachineState} MachineState */
/** @typedef {import('../machine-state.ts').Deployment} Deployment */
/** @typedef {import('../machine-state.ts').Fault} Fault */

let counter = 0
/** @type {() => void} */
let atChange = () => {}

/**
 * Called before and after each change that this process makes.
 * @param {() => void} listener
 */
export function watchChanges(listener) {
  atChange = listener
}

/**
 * The state as it was at the last change; needs no lock because changes are renames.
 * @param {string} root
 * @returns {MachineState}
 */
export function readState(root) {
  return JSON.parse(readFileSync(machinePaths(root).state, 'utf8'))
}

/**
 * @param {string} root
 * @param {MachineState} state
 */
export function writeState(root, state) {
  const { state: path } = machinePaths(root)
  atChange()
  const temporary = `${path}.${process.pid}.${counter++}`
  writeFileSync(temporary, `${JSON.stringify(state, null, 1)}\n`)
  renameSync(temporary, path)
  atChange()
}

/**
 * Reads, changes and writes as one step. What `change` throws leaves the state as it was.
 * @template T
 * @param {string} root
 * @param {(state: MachineState) => T} change
 * @returns {T}
 */
export function updateState(root, change) {
  return withLockSync(machinePaths(root).stateLock, () => {
    const state = readState(root)
    const result = change(state)
    writeState(root, state)
    return result
  })
}

/** @param {Deployment} deployment */
export function deploymentId(deployment) {
  return `${deployment.stateroot}/${deployment.checksum}.${deployment.deploySerial}`
}

/** @param {MachineState} state */
export function bootedDeployment(state) {
  return state.deployments.find((deployment) => deploymentId(deployment) === state.booted) ?? null
}

/**
 * The other deployment of the booted stateroot that `bootc rollback` and `status.rollback` mean.
 * @param {MachineState} state
 */
export function rollbackDeployment(state) {
  const booted = bootedDeployment(state)
  return (
    state.deployments.find((other) => other !== booted && booted !== null && other.stateroot === booted.stateroot) ??
    null
  )
}

/** @param {MachineState} state */
export function isRollbackQueued(state) {
  const rollback = rollbackDeployment(state)
  const booted = bootedDeployment(state)
  if (!rollback || !booted) return false
  return state.deployments.indexOf(rollback) < state.deployments.indexOf(booted)
}

/**
 * Takes a fault that matches, and counts the hit.
 * @param {string} root
 * @param {(fault: Fault) => boolean} matches
 * @returns {Fault | null}
 */
export function takeFault(root, matches) {
  if (!readState(root).faults.some(matches)) return null
  return updateState(root, (state) => {
    const fault = state.faults.find(matches)
    if (!fault) return null
    if (fault.times !== undefined) {
      fault.times -= 1
      if (fault.times <= 0) state.faults = state.faults.filter((other) => other !== fault)
    }
    return fault
  })
}
