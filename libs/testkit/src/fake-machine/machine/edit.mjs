import { readFileSync } from 'node:fs'
import { BootcError } from './errors.mjs'
import { openProgress } from './progress.mjs'
import { pull } from './pull.mjs'
import { rollback } from './rollback.mjs'
import { stage } from './stage.mjs'
import { readState } from './state.mjs'
import { specImage, statusDocument } from './status-document.mjs'

/**
 * `bootc edit -f FILE` with the lock of the sysroot held. Emulated for JSON, which is also YAML.
 * @param {string} root
 * @param {import('./arguments.mjs').Invocation} invocation
 */
export async function edit(root, invocation) {
  const file = invocation.flags['filename']
  if (typeof file !== 'string') throw new BootcError('an editor is not emulated: use --filename')
  if (readState(root).backend === 'composefs') throw new BootcError('Edit is not supported on composefs backend')
  const { spec } = JSON.parse(readFileSync(file, 'utf8'))
  const state = readState(root)
  const old = statusDocument(state, { bootedOnly: false }).spec
  const newOrder = spec.bootOrder !== old.bootOrder
  const newImage = spec.image?.image !== specImage(state)?.image
  if (!newOrder && !newImage) {
    process.stdout.write('Edit cancelled, no changes made.\n')
    return
  }
  if (newOrder && newImage) throw new BootcError('Invalid state transition: rollback and image change')
  if (newOrder) return rollback(root, { ...invocation, flags: {} })
  const progress = openProgress(undefined)
  const content = await pull(root, spec.image, progress)
  await stage(root, { image: spec.image, content, locked: false, progress })
}
