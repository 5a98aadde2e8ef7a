import { setTimeout as delay } from 'node:timers/promises'
import { readState, takeFault } from './state.mjs'

/** @typedef {import('../machine-state.ts').PullPoint} PullPoint */

/**
 * Hangs here while a `hang` fault says so, or dies here of a `die` fault.
 * @param {string} root
 * @param {PullPoint} at
 * @param {number} [layersDone]
 */
export async function hangOrDie(root, at, layersDone = 0) {
  const matches = (/** @type {import('../machine-state.ts').Fault} */ fault) =>
    'at' in fault && fault.at === at && ('afterLayers' in fault ? (fault.afterLayers ?? 0) === layersDone : true)
  if (takeFault(root, (fault) => fault.kind === 'die' && matches(fault))) {
    process.kill(process.pid, 'SIGKILL')
    await delay(60_000)
  }
  while (readState(root).faults.some((fault) => fault.kind === 'hang' && matches(fault))) await delay(20)
}
