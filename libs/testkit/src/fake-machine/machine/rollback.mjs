import { BootcError } from './errors.mjs'
import { appendJournal } from './journal.mjs'
import { rebootAndPark } from './reboot-request.mjs'
import { prepareSoftReboot } from './soft-reboot.mjs'
import { requireReboot, touchStatus } from './stage.mjs'
import { bootedDeployment, isRollbackQueued, rollbackDeployment, updateState } from './state.mjs'

/**
 * `bootc rollback` with the lock of the sysroot held: toggles the boot order and drops what is staged.
 * @param {string} root
 * @param {import('./arguments.mjs').Invocation} invocation
 */
export async function rollback(root, { flags }) {
  const { reverting, digest } = updateState(root, (state) => {
    const booted = bootedDeployment(state)
    const other = rollbackDeployment(state)
    if (!booted || !other) throw new BootcError('No rollback available')
    const queued = isRollbackQueued(state)
    const rest = state.deployments.filter((deployment) => deployment !== booted && deployment !== other)
    state.deployments = queued ? [booted, other, ...rest] : [other, booted, ...rest]
    state.staged = null
    state.stagedLocked = false
    state.softRebootPrepared = false
    return { reverting: queued, digest: other.content?.digest ?? '' }
  })
  if (reverting) process.stdout.write('notice: Reverting queued rollback state\n')
  process.stdout.write(reverting ? 'Next boot: current deployment\n' : 'Next boot: rollback deployment\n')
  appendJournal(root, {
    MESSAGE: reverting ? 'Reverting queued rollback state' : `Rolling back to image: ${digest}`,
    SYSLOG_IDENTIFIER: 'bootc',
    F_MESSAGE_ID: '26f3b1eb24464d12aa5e7b544a6b5468',
    F_BOOTC_ROLLBACK_TYPE: reverting ? 'revert' : 'rollback',
    F_BOOTC_MANIFEST_DIGEST: digest,
  })
  touchStatus(root)
  requireReboot(root, digest)
  prepareSoftReboot(root, flags, 'rollback')
  if (flags['apply']) await rebootAndPark(root)
}
