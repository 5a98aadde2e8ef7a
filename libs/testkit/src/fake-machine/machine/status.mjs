import { BootcError } from './errors.mjs'
import { hangOrDie } from './fault-points.mjs'
import { canonicalJson, yaml } from './render.mjs'
import { readState, takeFault } from './state.mjs'
import { statusDocument } from './status-document.mjs'

/** @param {ReturnType<typeof statusDocument>} document */
function humanReadable({ status }) {
  const lines = Object.entries({ Staged: status.staged, '● Booted': status.booted, Rollback: status.rollback })
    .filter(([, entry]) => entry?.image)
    .map(
      ([label, entry]) =>
        `${label} image: ${entry?.image?.image.image}\n        Digest: ${entry?.image?.imageDigest}\n`,
    )
  return lines.length > 0 ? lines.join('\n') : 'System is not deployed via bootc.\n'
}

/**
 * `bootc status` with the lock of the sysroot held.
 * @param {string} root
 * @param {import('./arguments.mjs').Invocation} invocation
 */
export async function status(root, { flags }) {
  await hangOrDie(root, 'status')
  const version = flags['format-version']
  if (version !== undefined && version !== '0' && version !== '1') {
    throw new BootcError(`Unsupported format version: ${version}`)
  }
  const failure = takeFault(root, ({ kind }) => kind === 'status-failure')
  if (failure?.kind === 'status-failure') throw new BootcError(failure.message)
  const document = statusDocument(readState(root), { bootedOnly: flags['booted'] === true })
  const format = flags['json'] ? 'json' : (flags['format'] ?? (process.stdout.isTTY ? 'humanreadable' : 'yaml'))
  const renderers = { json: canonicalJson, yaml, humanreadable: humanReadable }
  const text = renderers[format](document)
  const cut = takeFault(root, ({ kind }) => kind === 'invalid-json')
  process.stdout.write(cut ? text.slice(0, Math.floor(text.length / 2)) : text)
}
