import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EarlyExit, parseArguments } from './arguments.mjs'
import { deleteDeployment } from './delete-deployment.mjs'
import { edit } from './edit.mjs'
import { BootcError, inContext } from './errors.mjs'
import { lock, unlock } from './lock.mjs'
import { machinePaths, machineRoot } from './paths.mjs'
import { countEvent } from './power.mjs'
import { rollback } from './rollback.mjs'
import { readState, takeFault, watchChanges } from './state.mjs'
import { status } from './status.mjs'
import { switchImage } from './switch.mjs'
import { upgrade } from './upgrade.mjs'
import { usrOverlay } from './usr-overlay.mjs'
import { hasSince } from './versions.mjs'

/** @typedef {import('./arguments.mjs').Invocation} Invocation */
/** @typedef {(root: string, invocation: Invocation) => Promise<void>} Verb */

/** @type {Record<string, { contexts: string[], run: Verb }>} */
const verbs = {
  status: { contexts: ['Status'], run: status },
  upgrade: { contexts: ['Upgrading', 'Upgrading (ostree)'], run: upgrade },
  switch: { contexts: ['Switching', 'Switching (ostree)'], run: switchImage },
  rollback: { contexts: ['Rollback', 'Rollback (ostree)'], run: rollback },
  edit: { contexts: ['Editing spec', 'Editing spec (ostree)'], run: edit },
  'delete-deployment': { contexts: [], run: deleteDeployment },
  'usr-overlay': { contexts: ['usr-overlay'], run: usrOverlay },
}

/** A machine that goes down takes its processes with it: this one says that it is there. @param {string} root */
function register(root) {
  const { processes } = machinePaths(root)
  const mine = join(processes, String(process.pid))
  mkdirSync(processes, { recursive: true })
  writeFileSync(mine, '')
  process.on('exit', () => rmSync(mine, { force: true }))
}

/**
 * @param {string} root
 * @param {Invocation} invocation
 */
function checkHost(root, invocation) {
  const { host, readOnly } = readState(root)
  if (invocation.verb === 'status') return
  if (host === 'container') {
    throw new BootcError('Detected container; this command requires a booted host system.')
  }
  if (host === 'none') throw new BootcError('System not booted via bootc')
  if (readOnly) throw new BootcError('Physical root is read-only; this command cannot change the system')
}

/**
 * @param {string} root
 * @param {Invocation} invocation
 */
async function runLocked(root, invocation) {
  const { sysrootLock } = machinePaths(root)
  const verb = verbs[invocation.verb]
  if (!verb) throw new BootcError(`${invocation.verb} is not emulated`)
  const contexts = hasSince(readState(root).bootcVersion, '1.9.0') ? verb.contexts : verb.contexts.slice(0, 1)
  await lock(sysrootLock)
  try {
    const action = async () => {
      if (takeFault(root, ({ kind }) => kind === 'not-root')) {
        throw new BootcError(
          'Preparing for write: Querying root privilege: This command must be executed as the root user',
        )
      }
      checkHost(root, invocation)
      if (takeFault(root, ({ kind }) => kind === 'corrupt-repo')) {
        throw new BootcError('Missing base image ref ostree/container/blob/sha256_3A_0000000000000000')
      }
      await verb.run(root, invocation)
    }
    await contexts.reduceRight((inner, context) => () => inContext(context, inner), action)()
  } finally {
    unlock(sysrootLock)
  }
}

/**
 * The program `bootc`.
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function bootc(args) {
  const root = machineRoot()
  try {
    const invocation = parseArguments(args, readState(root).bootcVersion)
    appendFileSync(machinePaths(root).calls, `${args.join(' ')}\n`)
    register(root)
    watchChanges(() => countEvent(root, 'bootc'))
    await runLocked(root, invocation)
    return 0
  } catch (error) {
    if (error instanceof EarlyExit) {
      ;(error.code === 0 ? process.stdout : process.stderr).write(error.message)
      return error.code
    }
    if (!(error instanceof BootcError)) throw error
    process.stderr.write(`error: ${error.message}\n`)
    return 1
  }
}
