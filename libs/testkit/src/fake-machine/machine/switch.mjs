import { BootcError } from './errors.mjs'
import { appendJournal } from './journal.mjs'
import { openProgress } from './progress.mjs'
import { pull } from './pull.mjs'
import { rebootAndPark } from './reboot-request.mjs'
import { prepareSoftReboot } from './soft-reboot.mjs'
import { stage, touchStatus } from './stage.mjs'
import { deploymentId, readState, updateState } from './state.mjs'
import { specImage } from './status-document.mjs'
import { fromDownloaded } from './upgrade.mjs'
import { hasSince } from './versions.mjs'

/** @typedef {import('./arguments.mjs').Invocation} Invocation */
/** @typedef {import('../machine-state.ts').ImageReference} ImageReference */

const transports = ['registry', 'docker', 'oci', 'oci-archive', 'docker-daemon', 'containers-storage', 'dir']

/**
 * @param {Invocation} invocation
 * @param {string} version
 * @returns {ImageReference}
 */
function switchTarget({ flags, target }, version) {
  const typed = typeof flags['transport'] === 'string' ? flags['transport'] : 'registry'
  if (!transports.includes(typed)) throw new BootcError(`Unknown transport '${typed}'`)
  const image = target ?? ''
  if (/:[^/@]+@/.test(image.slice(image.indexOf('/'))) && !hasSince(version, '1.2.0')) {
    throw new BootcError(
      'Pulling: Creating importer: failed to invoke method OpenImage: Docker references with both a tag and digest are currently not supported',
    )
  }
  const transport = typed === 'docker' ? 'registry' : typed
  return { image, transport, ...(flags['enforce-container-sigpolicy'] ? { signature: 'containerPolicy' } : {}) }
}

/**
 * @param {ImageReference} image
 * @param {ImageReference | null} other
 */
function sameImage(image, other) {
  return (
    other !== null &&
    image.image === other.image &&
    image.transport === other.transport &&
    JSON.stringify(image.signature) === JSON.stringify(other.signature)
  )
}

/**
 * @param {string} root
 * @param {ImageReference} image
 */
function mutateInPlace(root, image) {
  const id = updateState(root, (state) => {
    const newest = state.deployments[0]
    if (!newest) throw new BootcError('No deployment directory found')
    newest.image = image
    return deploymentId(newest)
  })
  touchStatus(root)
  process.stdout.write(`Updated ${id} to pull from ${image.image}\n`)
}

/**
 * The composefs backend refuses an image that is on the disk already, under whatever reference.
 * @param {string} root
 * @param {string} digest
 */
function refuseSameVerity(root, digest) {
  const { backend, deployments } = readState(root)
  if (backend === 'composefs' && deployments.some(({ content }) => content?.digest === digest)) {
    throw new BootcError(`Found existing deployment with the same verity digest as ${digest}`)
  }
}

/**
 * `bootc switch` with the lock of the sysroot held.
 * @param {string} root
 * @param {Invocation} invocation
 */
export async function switchImage(root, invocation) {
  const { flags } = invocation
  const { bootcVersion, ...state } = readState(root)
  const image = switchTarget(invocation, bootcVersion)
  if (flags['mutate-in-place']) {
    if (state.backend === 'composefs') throw new BootcError('This feature is not supported on composefs backend')
    return mutateInPlace(root, image)
  }
  const progress = openProgress(flags['progress-fd'])
  const old = specImage({ ...state, bootcVersion })
  if (flags['from-downloaded']) return fromDownloaded(root, flags)
  if (sameImage(image, old)) {
    process.stdout.write('Image specification is unchanged.\n')
    return
  }
  appendJournal(root, {
    MESSAGE: `Switching from image ${old?.image ?? 'none'} to ${image.image}`,
    SYSLOG_IDENTIFIER: 'bootc',
    F_MESSAGE_ID: '7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1',
  })
  const content = await pull(root, image, progress)
  refuseSameVerity(root, content.digest)
  await stage(root, { image, content, locked: flags['download-only'] === true, progress })
  prepareSoftReboot(root, flags, 'staged')
  if (flags['apply']) await rebootAndPark(root)
}
