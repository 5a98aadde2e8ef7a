import { machineRoot } from './paths.mjs'
import { touchStatus } from './stage.mjs'
import { bootedDeployment, deploymentId, readState, rollbackDeployment, updateState } from './state.mjs'

/** @typedef {import('../machine-state.ts').MachineState} MachineState */
/** @typedef {import('../machine-state.ts').Deployment} Deployment */

/** @param {Deployment} deployment */
function originOf({ image, content }) {
  if (!image) return { origin: 'fedora:fedora/x86_64/iot' }
  return {
    'container-image-reference': `ostree-unverified-registry:${image.image}`,
    'container-image-reference-digest': content?.digest ?? null,
  }
}

/** @param {Deployment} deployment @param {MachineState} state */
function describe(deployment, state) {
  const { stateroot, checksum, deploySerial, content, incompatible, pinned } = deployment
  const staged = deployment === state.staged
  const packages = incompatible ? (deployment.layered ?? ['htop']) : []
  return {
    id: deploymentId(deployment).replace('/', '-'),
    osname: stateroot,
    checksum,
    serial: deploySerial,
    booted: !staged && deploymentId(deployment) === state.booted,
    staged,
    ...(staged && state.stagedLocked ? { 'finalization-locked': true } : {}),
    pinned,
    unlocked: state.usrOverlay ? 'development' : 'none',
    timestamp: content?.timestamp ? Math.floor(Date.parse(content.timestamp) / 1000) : 0,
    version: content?.version ?? null,
    ...originOf(deployment),
    packages,
    'requested-packages': packages,
    'regenerate-initramfs': false,
  }
}

/** @param {string} root */
function status(root) {
  const state = readState(root)
  const deployments = [...(state.staged ? [state.staged] : []), ...state.deployments]
  const document = {
    deployments: deployments.map((deployment) => describe(deployment, state)),
    transaction: null,
    'cached-update': null,
    'update-driver': null,
  }
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  return 0
}

/** @param {string} root @param {string[]} args */
function cleanup(root, args) {
  const has = (/** @type {string} */ short, /** @type {string} */ long) => args.includes(short) || args.includes(long)
  updateState(root, (state) => {
    if (has('-p', '--pending')) state.staged = null
    if (has('-r', '--rollback')) {
      const rollback = rollbackDeployment(state)
      state.deployments = state.deployments.filter((deployment) => deployment !== rollback)
    }
  })
  touchStatus(root)
  return 0
}

/** @param {string} root */
function reset(root) {
  updateState(root, (state) => {
    const booted = bootedDeployment(state)
    if (!booted?.incompatible) return
    state.staged = { ...booted, deploySerial: booted.deploySerial + 1, incompatible: false }
    state.stagedLocked = false
  })
  touchStatus(root)
  process.stdout.write('Run "systemctl reboot" to start a reboot\n')
  return 0
}

/**
 * The program `rpm-ostree`: `status --json` without any lock, `cleanup -p|-r` and `reset`.
 * @param {string[]} args
 * @returns {number} the exit code
 */
export function rpmOstree(args) {
  const [verb, ...rest] = args
  const root = machineRoot()
  if (verb === '--version') {
    process.stdout.write("rpm-ostree:\n Version: '2026.2'\n")
    return 0
  }
  if (verb === 'status' && rest.includes('--json')) return status(root)
  if (verb === 'cleanup') return cleanup(root, rest)
  if (verb === 'reset') return reset(root)
  process.stderr.write(`error: '${args.join(' ')}' is not emulated\n`)
  return 1
}
