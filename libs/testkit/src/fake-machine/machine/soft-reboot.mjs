import { BootcError } from './errors.mjs'
import { readState, updateState } from './state.mjs'

/**
 * `--soft-reboot`: prepares the next root, so that a plain reboot becomes a soft one.
 * @param {string} root
 * @param {Record<string, string | true>} flags
 * @param {'staged' | 'rollback'} which
 */
export function prepareSoftReboot(root, flags, which) {
  const mode = flags['soft-reboot']
  if (mode === undefined) return
  if (!readState(root).softRebootCapable) {
    if (mode === 'auto') return
    throw new BootcError(`Soft reboot was required but ${which} deployment is not soft-reboot capable`)
  }
  updateState(root, (state) => {
    state.softRebootPrepared = true
  })
  process.stdout.write(`Staged deployment is soft-reboot capable, preparing for soft-reboot...\n`)
}
