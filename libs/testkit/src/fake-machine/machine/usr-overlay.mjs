import { touchStatus } from './stage.mjs'
import { updateState } from './state.mjs'

/**
 * `bootc usr-overlay`: a change under /usr that lasts until the reboot.
 * @param {string} root
 * @param {import('./arguments.mjs').Invocation} invocation
 */
export async function usrOverlay(root, { flags }) {
  updateState(root, (state) => {
    state.usrOverlay = { accessMode: flags['read-only'] ? 'readOnly' : 'readWrite', persistence: 'transient' }
  })
  touchStatus(root)
  process.stdout.write('Development mode enabled.  A writable overlayfs is now mounted on /usr.\n')
}
