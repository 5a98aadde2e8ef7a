import { bootedDeployment, isRollbackQueued, rollbackDeployment } from './state.mjs'
import { hasSince } from './versions.mjs'

/** @typedef {import('../machine-state.ts').MachineState} MachineState */
/** @typedef {import('../machine-state.ts').Deployment} Deployment */
/** @typedef {import('../machine-state.ts').ImageReference} ImageReference */
/** @typedef {import('../machine-state.ts').ImageContent} ImageContent */

/**
 * @param {ImageReference | null} image
 * @param {ImageContent | null} content
 * @param {string} version
 */
function imageStatus(image, content, version) {
  if (!image || !content) return null
  return {
    image,
    imageDigest: content.digest,
    timestamp: content.timestamp,
    version: content.version,
    ...(hasSince(version, '1.1.7') ? { architecture: content.architecture } : {}),
  }
}

/** @param {Deployment} deployment */
function ostreeEntry({ stateroot, checksum, deploySerial }) {
  return { stateroot, checksum, deploySerial }
}

/** What names a deployment on the composefs backend. @param {Deployment} deployment */
export function verityOf({ checksum }) {
  return checksum.repeat(2)
}

/**
 * @param {Deployment} deployment
 * @param {string} version
 */
function composefsEntry(deployment, version) {
  const { checksum } = deployment
  return {
    verity: verityOf(deployment),
    bootType: 'Bls',
    bootloader: 'systemd',
    bootDigest: checksum,
    ...(hasSince(version, '1.15.2') ? { missingVerityAllowed: false } : {}),
  }
}

/**
 * @param {Deployment} deployment
 * @param {MachineState} state
 */
function bootEntry(deployment, state) {
  const version = state.bootcVersion
  const { cachedUpdate, incompatible, pinned } = deployment
  const composefs = state.backend === 'composefs'
  const image = incompatible ? null : imageStatus(deployment.image, deployment.content, version)
  const locked = deployment === state.staged && state.stagedLocked
  return {
    image,
    cachedUpdate: cachedUpdate && !composefs ? imageStatus(cachedUpdate.image, cachedUpdate.content, version) : null,
    incompatible,
    pinned,
    store: image && !composefs ? 'ostreeContainer' : null,
    ostree: composefs ? null : ostreeEntry(deployment),
    ...(hasSince(version, '1.7.0') ? { softRebootCapable: state.softRebootCapable } : {}),
    ...(hasSince(version, '1.9.0') ? { composefs: composefs ? composefsEntry(deployment, version) : null } : {}),
    ...(hasSince(version, '1.12.0') ? { downloadOnly: locked } : {}),
  }
}

/** @param {MachineState} state */
function newerKeys(state) {
  return {
    ...(hasSince(state.bootcVersion, '1.14.0') ? { usrOverlay: state.usrOverlay } : {}),
    ...(hasSince(state.bootcVersion, '1.16.7') ? { readOnly: state.readOnly } : {}),
  }
}

/**
 * The reference that the machine follows: the staged one's, else the booted one's.
 * @param {MachineState} state
 * @returns {ImageReference | null}
 */
export function specImage(state) {
  const deployment = state.staged ?? bootedDeployment(state)
  return deployment && !deployment.incompatible ? deployment.image : null
}

/** @param {MachineState} state */
function hostStatus(state) {
  const booted = bootedDeployment(state)
  const rollback = rollbackDeployment(state)
  const others = state.deployments.filter((deployment) => deployment !== booted && deployment !== rollback)
  const bootedEntry = booted && bootEntry(booted, state)
  const withOthers = others.length > 0 && hasSince(state.bootcVersion, '1.3.0')
  return {
    staged: state.staged && bootEntry(state.staged, state),
    booted: bootedEntry,
    rollback: rollback && bootEntry(rollback, state),
    ...(withOthers ? { otherDeployments: others.map((deployment) => bootEntry(deployment, state)) } : {}),
    rollbackQueued: isRollbackQueued(state) !== state.invertedRollbackQueued,
    type: bootedEntry?.image ? 'bootcHost' : null,
    ...newerKeys(state),
  }
}

/**
 * The `BootcHost` document.
 * @param {MachineState} state
 * @param {{ bootedOnly: boolean }} options
 */
export function statusDocument(state, { bootedOnly }) {
  const header = { apiVersion: 'org.containers.bootc/v1', kind: 'BootcHost', metadata: { name: 'host' } }
  if (state.host !== 'bootc') {
    const nothing = { staged: null, booted: null, rollback: null, rollbackQueued: false, type: null }
    return {
      ...header,
      spec: { image: null, bootOrder: 'default' },
      status: { ...nothing, ...newerKeys({ ...state, usrOverlay: null }) },
    }
  }
  const status = hostStatus(state)
  return {
    ...header,
    spec: { image: specImage(state), bootOrder: status.rollbackQueued ? 'rollback' : 'default' },
    status: bootedOnly ? { ...status, staged: null, rollback: null } : status,
  }
}
