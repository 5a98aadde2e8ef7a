import { BootcError, formatSize, inContext } from './errors.mjs'
import { hangOrDie } from './fault-points.mjs'
import { findImage } from './image-source.mjs'
import { appendJournal } from './journal.mjs'
import { parseReference } from './reference.mjs'
import { readState, takeFault, updateState } from './state.mjs'

/** @typedef {import('../machine-state.ts').ImageReference} ImageReference */
/** @typedef {import('../machine-state.ts').ImageContent} ImageContent */
/** @typedef {import('../machine-state.ts').Layer} Layer */
/** @typedef {import('./image-source.mjs').RemoteImage} RemoteImage */
/** @typedef {ReturnType<typeof import('./progress.mjs').openProgress>} Progress */
/** @typedef {{ state: 'present', content: ImageContent } | { state: 'new', remote: RemoteImage }} Prepared */

/** @param {ImageReference} image */
function storeKey({ transport, image }) {
  return `${transport}:${image}`
}

/**
 * Looks what there is to do. A digest that is already stored under this reference needs no network; a manifest with
 * the stored image's config digest counts as present and keeps the old digest.
 * @param {string} root
 * @param {ImageReference} image
 * @returns {Promise<Prepared>}
 */
export async function prepare(root, image) {
  const stored = readState(root).stored[storeKey(image)]
  if (stored && image.image.includes('@') && parseReference(image.image).digest === stored.digest) {
    return { state: 'present', content: stored }
  }
  const remote = await inContext('Creating importer', () => findImage(root, image.image))
  const { digest, configDigest } = remote.content
  if (stored && (stored.digest === digest || stored.configDigest === configDigest)) {
    return { state: 'present', content: stored }
  }
  return { state: 'new', remote }
}

/**
 * @param {string} root
 * @param {string} image
 * @param {number} required
 */
function checkSpace(root, image, required) {
  const free = readState(root).freeBytes
  const fault = takeFault(root, (other) => other.kind === 'no-space' && other.at === 'preflight')
  const available = fault ? 0 : free
  if (available !== null && available < required) {
    throw new BootcError(
      `Insufficient free space for ${image} (available: ${formatSize(available)} required: ${formatSize(required)})`,
    )
  }
}

/**
 * Pulls one reference into the store: layer by layer, each kept once it is whole.
 * @param {string} root
 * @param {ImageReference} image
 * @param {Progress} progress
 * @returns {Promise<ImageContent>} what is stored under the reference now
 */
export function pull(root, image, progress) {
  return inContext('Pulling', async () => {
    const prepared = await prepare(root, image)
    if (prepared.state === 'present') return prepared.content
    const { content } = prepared.remote
    const have = new Set(readState(root).layers)
    const needed = content.layers.filter(({ digest }) => !have.has(digest))
    const bytes = sum(needed)
    checkSpace(root, image.image, bytes)
    if (needed.length > 0) {
      const present = content.layers.length - needed.length
      process.stdout.write(
        `layers already present: ${present}; layers needed: ${needed.length} (${formatSize(bytes)})\n`,
      )
    }
    appendJournal(root, {
      MESSAGE: `Pulling image ${image.image}`,
      SYSLOG_IDENTIFIER: 'bootc',
      F_MESSAGE_ID: '6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0',
      F_BOOTC_MANIFEST_DIGEST: content.digest,
    })
    await fetchLayers({ root, remote: prepared.remote, needed, progress })
    await importImage(content, progress)
    updateState(root, (state) => {
      state.stored[storeKey(image)] = content
    })
    return content
  })
}

/** @param {Layer[]} layers */
function sum(layers) {
  return layers.reduce((bytes, layer) => bytes + layer.size, 0)
}

/**
 * @param {{ root: string, remote: RemoteImage, needed: Layer[], progress: Progress }} work
 */
async function fetchLayers({ root, remote, needed, progress }) {
  const { content } = remote
  const bytesTotal = sum(needed)
  let bytes = 0
  /** @type {object[]} */
  const finished = []

  /**
   * @param {Layer} layer
   * @param {number} layerBytes
   */
  function event(layer, layerBytes) {
    const id = layer.digest.replace('sha256:', '').slice(0, 21)
    const current = {
      subtask: 'ostree chunk',
      description: `ostree chunk: ${id}`,
      id,
      bytesCached: 0,
      bytes: layerBytes,
      bytesTotal: layer.size,
    }
    return {
      current,
      event: {
        type: 'ProgressBytes',
        task: 'pulling',
        description: `Pulling Image: ${content.digest}`,
        id: content.digest,
        bytesCached: sum(content.layers) - bytesTotal,
        bytes,
        bytesTotal,
        stepsCached: content.layers.length - needed.length,
        steps: finished.length,
        stepsTotal: needed.length,
        subtasks: [...finished, current],
      },
    }
  }

  for (const layer of needed) {
    let layerBytes = 0
    await progress.send(event(layer, 0).event, { lossy: true })
    await failInLayer(root, finished.length)
    await remote.fetchLayer(layer, async (received) => {
      layerBytes += received
      bytes += received
      await progress.send(event(layer, layerBytes).event, { lossy: true })
    })
    const done = event(layer, layerBytes)
    finished.push(done.current)
    updateState(root, (state) => {
      state.layers.push(layer.digest)
    })
    await progress.send({ ...done.event, steps: finished.length, subtasks: [...finished] })
  }
}

/**
 * @param {string} root
 * @param {number} layersDone
 */
async function failInLayer(root, layersDone) {
  await hangOrDie(root, 'layer', layersDone)
  if (takeFault(root, (fault) => fault.kind === 'cut' && fault.afterLayers === layersDone)) {
    throw new BootcError('Fetching: reading blob: unexpected EOF')
  }
  if (takeFault(root, (fault) => fault.kind === 'no-space' && fault.at === 'layer')) {
    throw new BootcError('Importing: Writing content object: No space left on device (os error 28)')
  }
}

/**
 * @param {ImageContent} content
 * @param {Progress} progress
 */
async function importImage(content, progress) {
  for (const steps of [0, 1]) {
    const subtask = { subtask: 'importing', description: 'Importing Image', id: 'importing', completed: steps === 1 }
    await progress.send({
      type: 'ProgressSteps',
      task: 'importing',
      description: 'Importing Image',
      id: content.digest,
      stepsCached: 0,
      steps,
      stepsTotal: 1,
      subtasks: [subtask],
    })
  }
}
