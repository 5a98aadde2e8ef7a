import { BootcError } from './errors.mjs'
import { openProgress } from './progress.mjs'
import { prepare, pull } from './pull.mjs'
import { rebootAndPark } from './reboot-request.mjs'
import { prepareSoftReboot } from './soft-reboot.mjs'
import { stage, touchStatus } from './stage.mjs'
import { bootedDeployment, readState, updateState } from './state.mjs'
import { specImage } from './status-document.mjs'

/** @typedef {import('./arguments.mjs').Invocation} Invocation */
/** @typedef {import('../machine-state.ts').ImageReference} ImageReference */

/**
 * @param {string} root
 * @param {Invocation['flags']} flags
 * @returns {ImageReference}
 */
function trackedImage(root, flags) {
  const state = readState(root)
  const image = specImage(state)
  if (image === null) {
    if (bootedDeployment(state)?.incompatible || state.staged?.incompatible) {
      throw new BootcError(
        'Deployment contains local rpm-ostree modifications; cannot upgrade via bootc. You can run `rpm-ostree reset` to undo the modifications.',
      )
    }
    throw new BootcError('No image source specified')
  }
  if (typeof flags['tag'] !== 'string') return image
  const [named = ''] = image.image.split('@')
  return { ...image, image: `${named.replace(/:[^/:]+$/, '')}:${flags['tag']}` }
}

/**
 * Locks or unlocks what is staged and says so.
 * @param {string} root
 * @param {boolean} locked
 * @returns {boolean} whether anything changed
 */
export function setStagedLock(root, locked) {
  const changed = updateState(root, (state) => {
    if (state.stagedLocked === locked) return false
    state.stagedLocked = locked
    return true
  })
  if (changed) {
    process.stdout.write(
      locked
        ? 'Image downloaded, but will not be applied on reboot\n'
        : 'Staged deployment will now be applied on reboot\n',
    )
    touchStatus(root)
  }
  return changed
}

/**
 * `--from-downloaded`: what is staged is unlocked, without any network.
 * @param {string} root
 * @param {Invocation['flags']} flags
 */
export async function fromDownloaded(root, flags) {
  if (readState(root).staged === null) throw new BootcError('No staged deployment found')
  if (!setStagedLock(root, false)) process.stdout.write('Staged deployment is already set to apply on reboot\n')
  prepareSoftReboot(root, flags, 'staged')
  if (flags['apply']) await rebootAndPark(root)
}

/**
 * `--check`: both answers are a success; the finding is left in `cachedUpdate` of the booted entry.
 * @param {string} root
 * @param {ImageReference} image
 */
async function check(root, image) {
  const prepared = await prepare(root, image)
  const content = prepared.state === 'present' ? prepared.content : prepared.remote.content
  updateState(root, (state) => {
    const booted = bootedDeployment(state)
    if (booted) booted.cachedUpdate = { image, content }
  })
  touchStatus(root)
  if (prepared.state === 'present') {
    process.stdout.write(`No changes in: ${image.image}\n`)
    return
  }
  const version = content.version === null ? '' : `  Version: ${content.version}\n`
  process.stdout.write(`Update available for: ${image.image}\n${version}  Digest: ${content.digest}\n`)
}

/**
 * `bootc upgrade` with the lock of the sysroot held.
 * @param {string} root
 * @param {Invocation} invocation
 */
export async function upgrade(root, { flags }) {
  const image = trackedImage(root, flags)
  const progress = openProgress(flags['progress-fd'])
  if (flags['from-downloaded']) return fromDownloaded(root, flags)
  if (flags['check']) return check(root, image)
  const before = readState(root).staged
  const content = await pull(root, image, progress)
  const locked = flags['download-only'] === true
  if (before?.content?.digest === content.digest) {
    if (!setStagedLock(root, locked)) process.stdout.write('Staged update present, not changed\n')
  } else if (bootedDeployment(readState(root))?.content?.digest === content.digest) {
    process.stdout.write('No update available.\n')
    return
  } else {
    await stage(root, { image, content, locked, progress })
  }
  prepareSoftReboot(root, flags, 'staged')
  if (flags['apply']) await rebootAndPark(root)
}
