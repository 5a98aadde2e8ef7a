import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { BootcError, inContext } from './errors.mjs'
import { hangOrDie } from './fault-points.mjs'
import { sha256Hex } from './image-source.mjs'
import { appendJournal } from './journal.mjs'
import { machinePaths } from './paths.mjs'
import { bootedDeployment, takeFault, updateState } from './state.mjs'

/** @typedef {import('../machine-state.ts').MachineState} MachineState */
/** @typedef {import('../machine-state.ts').ImageReference} ImageReference */
/** @typedef {import('../machine-state.ts').ImageContent} ImageContent */
/** @typedef {import('../machine-state.ts').Deployment} Deployment */
/** @typedef {ReturnType<typeof import('./progress.mjs').openProgress>} Progress */

const subtasks = [
  { subtask: 'merging', description: 'Merging Image', id: 'fetching' },
  { subtask: 'deploying', description: 'Deploying Image', id: 'deploying' },
  { subtask: 'bound_images', description: 'Pulling Bound Images', id: 'bound_images' },
  { subtask: 'cleanup', description: 'Removing old images', id: 'cleanup' },
]

/** Bumps what tells others that `bootc status` changed. @param {string} root */
export function touchStatus(root) {
  const { statusStamp } = machinePaths(root)
  mkdirSync(dirname(statusStamp), { recursive: true })
  writeFileSync(statusStamp, '')
}

/**
 * Tells others, such as kured, that a reboot is wanted.
 * @param {string} root
 * @param {string} digest
 */
export function requireReboot(root, digest) {
  const { rebootRequired, run } = machinePaths(root)
  mkdirSync(run, { recursive: true })
  writeFileSync(rebootRequired, `bootc: Reboot required for image: ${digest}\n`)
}

/**
 * A deployment of an image for a machine. The checksum is that of the commit made on this machine, so it differs from
 * machine to machine; the same commit again gets the next serial.
 * @param {MachineState} state
 * @param {ImageReference} image
 * @param {ImageContent} content
 * @returns {Deployment}
 */
export function newDeployment(state, image, content) {
  const checksum = sha256Hex(`${state.hardwareId} ${content.digest}`)
  const serials = state.deployments.filter((other) => other.checksum === checksum).map((other) => other.deploySerial)
  return {
    stateroot: bootedDeployment(state)?.stateroot ?? 'default',
    checksum,
    deploySerial: serials.length > 0 ? Math.max(...serials) + 1 : 0,
    image,
    content,
    cachedUpdate: null,
    incompatible: false,
    pinned: false,
  }
}

/** Drops images and layers that no deployment needs. @param {MachineState} state */
function prune(state) {
  const kept = [...state.deployments, ...(state.staged ? [state.staged] : [])]
  const names = new Set(kept.map(({ image }) => image && `${image.transport}:${image.image}`))
  state.stored = Object.fromEntries(Object.entries(state.stored).filter(([name]) => names.has(name)))
  const layers = new Set(kept.flatMap(({ content }) => content?.layers ?? []).map(({ digest }) => digest))
  state.layers = state.layers.filter((digest) => layers.has(digest))
}

/**
 * Stages a pulled image for the next boot, in place of whatever was staged.
 * @param {string} root
 * @param {{ image: ImageReference, content: ImageContent, locked: boolean, progress: Progress }} work
 */
export function stage(root, { image, content, locked, progress }) {
  return inContext('Staging', async () => {
    /** @param {number} steps @param {number} running */
    const report = (steps, running) =>
      progress.send({
        type: 'ProgressSteps',
        task: 'staging',
        description: 'Deploying Image',
        id: content.digest,
        stepsCached: 0,
        steps,
        stepsTotal: 3,
        subtasks: subtasks.slice(0, running + 1).map((subtask, index) => ({ ...subtask, completed: index < running })),
      })
    await report(0, 0)
    await report(1, 1)
    if (takeFault(root, (fault) => fault.kind === 'no-space' && fault.at === 'staging')) {
      throw new BootcError('Deploying tree: No space left on device (os error 28)')
    }
    if (takeFault(root, ({ kind }) => kind === 'etc-conflict')) {
      throw new BootcError('Merging /etc: dir2file: cannot replace directory hosts.d with a file')
    }
    updateState(root, (state) => {
      state.staged = newDeployment(state, image, content)
      state.stagedLocked = locked
      state.softRebootPrepared = false
    })
    announce(root, image, content)
    await hangOrDie(root, 'staged')
    await report(1, 2)
    if (takeFault(root, ({ kind }) => kind === 'bound-image')) {
      throw new BootcError('Pulling bound images: reading manifest latest: manifest unknown')
    }
    await report(2, 3)
    updateState(root, prune)
    await report(3, 4)
    const version = content.version === null ? '' : `  Version: ${content.version}\n`
    process.stdout.write(`Queued for next boot: ${image.image}\n${version}  Digest: ${content.digest}\n`)
  })
}

/**
 * @param {string} root
 * @param {ImageReference} image
 * @param {ImageContent} content
 */
function announce(root, image, content) {
  touchStatus(root)
  requireReboot(root, content.digest)
  appendJournal(root, {
    MESSAGE: `Staged image: ${image.image}`,
    SYSLOG_IDENTIFIER: 'bootc',
    F_MESSAGE_ID: '8f7a2b1c3d4e5f6a7b8c9d0e1f2a3b4c',
    F_BOOTC_MANIFEST_DIGEST: content.digest,
  })
}
