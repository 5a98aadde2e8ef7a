import { BootcError, inContext } from './errors.mjs'
import { touchStatus } from './stage.mjs'
import { deploymentId, updateState } from './state.mjs'
import { verityOf } from './status-document.mjs'

/**
 * `bootc delete-deployment VERITY` with the lock of the sysroot held: hidden, and for the composefs backend alone.
 * @param {string} root
 * @param {import('./arguments.mjs').Invocation} invocation
 */
export async function deleteDeployment(root, { target }) {
  await inContext(`Deleting composefs deployment ${target}`, async () => {
    updateState(root, (state) => {
      if (state.backend !== 'composefs')
        throw new BootcError('DeleteDeployment is only supported for composefs backend')
      const all = [...(state.staged ? [state.staged] : []), ...state.deployments]
      const deployment = all.find((other) => verityOf(other) === target)
      if (!deployment) throw new BootcError(`Deployment ${target} not found`)
      if (deploymentId(deployment) === state.booted && deployment !== state.staged)
        throw new BootcError('Cannot delete currently booted deployment')
      if (deployment === state.staged) {
        state.staged = null
        state.stagedLocked = false
        state.softRebootPrepared = false
      }
      state.deployments = state.deployments.filter((other) => other !== deployment)
    })
  })
  touchStatus(root)
}
