import { lock, unlock } from './lock.mjs'
import { machinePaths, machineRoot } from './paths.mjs'
import { touchStatus } from './stage.mjs'
import { deploymentId, readState, updateState } from './state.mjs'

/** @typedef {import('../machine-state.ts').MachineState} MachineState */

/** A refusal: `error: <message>`, exit 1. */
class OstreeError extends Error {}

/** @param {MachineState} state */
function inOrder(state) {
  return [...(state.staged ? [state.staged] : []), ...state.deployments]
}

/** @param {MachineState} state @param {string | undefined} index */
function deploymentAt(state, index) {
  const deployment = inOrder(state)[Number(index)]
  if (!deployment) throw new OstreeError(`Invalid deployment index ${index}`)
  return deployment
}

/** @param {MachineState} state */
function statusText(state) {
  const lines = inOrder(state).map((deployment) => {
    const mark = deploymentId(deployment) === state.booted ? '*' : ' '
    const { stateroot, checksum, deploySerial } = deployment
    const locked = state.stagedLocked ? ' (finalization locked)' : ''
    const suffix = deployment === state.staged ? ` (staged)${locked}` : ''
    return `${mark} ${stateroot} ${checksum}.${deploySerial}${suffix}\n`
  })
  return lines.join('')
}

/** @type {Record<string, (root: string, args: string[]) => string>} */
const lockedVerbs = {
  status: (root) => statusText(readState(root)),
  pin: (root, args) => {
    const unpin = args.includes('-u') || args.includes('--unpin')
    const index = args.find((arg) => !arg.startsWith('-'))
    updateState(root, (state) => {
      deploymentAt(state, index).pinned = !unpin
    })
    return `Deployment ${index} is now ${unpin ? 'unpinned' : 'pinned'}\n`
  },
  undeploy: (root, [index]) => {
    const id = updateState(root, (state) => {
      const deployment = deploymentAt(state, index)
      if (deploymentId(deployment) === state.booted)
        throw new OstreeError('Cannot undeploy currently booted deployment')
      if (deployment === state.staged) {
        state.staged = null
        state.stagedLocked = false
        state.softRebootPrepared = false
      }
      state.deployments = state.deployments.filter((other) => other !== deployment)
      return deploymentId(deployment)
    })
    return `Deleted deployment ${id}\n`
  },
  'lock-finalization': (root, args) => {
    const locked = !args.includes('-u') && !args.includes('--unlock')
    return updateState(root, (state) => {
      if (!state.staged) throw new OstreeError('No staged deployment')
      const changed = state.stagedLocked !== locked
      state.stagedLocked = locked
      const word = locked ? 'locked' : 'unlocked'
      return changed ? `Staged deployment is now ${word}\n` : `Staged deployment is already ${word}\n`
    })
  },
}

/**
 * The program `ostree`: `--version` and the part of `ostree admin` that an update agent uses.
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function ostree(args) {
  if (args[0] === '--version') {
    process.stdout.write("libostree:\n Version: '2026.4'\n")
    return 0
  }
  const root = machineRoot()
  const [, verb = '', ...rest] = args
  // Reads two trees of /etc and needs no lock, so it answers during a pull.
  if (verb === 'config-diff') {
    process.stdout.write(
      readState(root)
        .etcDrift.map((line) => `${line}\n`)
        .join(''),
    )
    return 0
  }
  const run = args[0] === 'admin' ? lockedVerbs[verb] : undefined
  if (!run) {
    process.stderr.write(`error: Unknown command '${args.join(' ')}'\n`)
    return 1
  }
  const { sysrootLock } = machinePaths(root)
  await lock(sysrootLock)
  try {
    process.stdout.write(run(root, rest))
    if (verb !== 'status') touchStatus(root)
    return 0
  } catch (error) {
    if (!(error instanceof OstreeError)) throw error
    process.stderr.write(`error: ${error.message}\n`)
    return 1
  } finally {
    unlock(sysrootLock)
  }
}
