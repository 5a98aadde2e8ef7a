import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BootBehaviour, Deployment, MachineState } from './machine-state.ts'
import {
  appendJournal,
  bootedDeployment,
  deploymentId,
  newUnit,
  readState,
  touchStatus,
  updateState,
} from './machine-modules.ts'

const finalizeStamp = 'boot/ostree/finalize-failure.stamp'
const bootComplete = 'ostree-boot-complete.service'
/** Fails on an image that boots `unhealthy`. */
export const workloadUnit = 'os-workload.service'
const greenbootUnit = 'greenboot-healthcheck.service'

function behaviourOf(state: MachineState, deployment: Deployment): BootBehaviour {
  const { content } = deployment
  return (content && state.behaviours[content.digest]) ?? content?.boot ?? 'ok'
}

/** The first line of it, and no more. */
export function beginFinalize(root: string): void {
  const _SYSTEMD_UNIT = finalizeUnit(readState(root))
  appendJournal(root, { MESSAGE: 'Finalizing staged deployment', _SYSTEMD_UNIT, SYSLOG_IDENTIFIER: 'ostree' })
}

function finalizeUnit({ backend }: MachineState): string {
  return backend === 'ostree' ? 'ostree-finalize-staged.service' : 'bootc-finalize-staged.service'
}

/** Shutdown: what is staged and not locked becomes the first deployment; nothing stays staged. */
export function finalizeStaged(root: string): void {
  const { staged, stagedLocked, finalizeFailure, backend } = readState(root)
  const unit = finalizeUnit(readState(root))
  const say = (MESSAGE: string): void =>
    appendJournal(root, { MESSAGE, _SYSTEMD_UNIT: unit, SYSLOG_IDENTIFIER: unit.split('-')[0] ?? '' })
  if (staged && stagedLocked) say('Not finalizing; deployment is locked for finalization')
  else if (staged && finalizeFailure !== null) {
    say('Finalizing staged deployment')
    say(`error: ${finalizeFailure}`)
    // The composefs backend leaves no stamp: only the journal knows.
    if (backend === 'ostree') writeUnder(root, finalizeStamp, finalizeFailure)
  } else if (staged) {
    say('Finalizing staged deployment')
    say('Copying /etc changes: 3 modified, 0 removed, 2 added')
    say('Finalized deployment')
    say('Bootloader updated; bootconfig swap: yes')
  }
  updateState(root, (state) => {
    const booted = bootedDeployment(state)
    if (state.staged && !state.stagedLocked && state.finalizeFailure === null) {
      const pinned = state.deployments.filter((other) => other.pinned && other !== booted)
      state.deployments = [state.staged, ...(booted ? [booted] : []), ...pinned]
    }
    if (state.staged) state.finalizeFailure = null
    dropStaged(state)
  })
}

export function dropStaged(state: MachineState): void {
  state.staged = null
  state.stagedLocked = false
  state.softRebootPrepared = false
}

function writeUnder(root: string, path: string, text: string): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** A kernel starts: a new boot id, an empty `/run`, no transient units, the enabled units as they start. */
function startKernel(root: string, deployment: Deployment): void {
  const bootId = randomUUID()
  rmSync(join(root, 'run'), { recursive: true, force: true })
  mkdirSync(join(root, 'run/bootfleet'), { recursive: true })
  mkdirSync(join(root, 'run/ostree'), { recursive: true })
  writeUnder(root, 'proc/boot_id', `${bootId}\n`)
  updateState(root, (state) => {
    for (const boot of state.boots) if (boot.outcome === 'running') boot.outcome = 'ended'
    state.bootId = bootId
    state.softReboots = 0
    state.booted = deploymentId(deployment)
    state.rebootRequested = null
    state.usrOverlay = state.usrOverlay?.persistence === 'persistent' ? state.usrOverlay : null
    state.boots.push({
      bootId,
      at: Date.now(),
      deployment: deploymentId(deployment),
      digest: deployment.content?.digest ?? null,
      outcome: 'running',
    })
    startUnits(state)
  })
  appendJournal(root, {
    MESSAGE: `Linux version 6.12.0 (fake); booted ${deploymentId(deployment)}`,
    SYSLOG_IDENTIFIER: 'kernel',
  })
}

function startUnits(state: MachineState): void {
  for (const [name, unit] of Object.entries(state.units)) {
    if (unit.enabled === null) delete state.units[name]
    const starts = unit.enabled === 'enabled' || unit.enabled === 'static'
    const running = name.endsWith('.timer') ? 'waiting' : 'running'
    Object.assign(unit, {
      active: starts ? 'active' : 'inactive',
      sub: starts ? running : 'dead',
      result: 'success',
      exitStatus: 0,
      pid: null,
    })
  }
}

/** The system failed to finalize before: say so once, in the words of ostree. */
function reportFinalizeFailure(root: string): void {
  const stamp = join(root, finalizeStamp)
  if (!existsSync(stamp)) return
  const message = readFileSync(stamp, 'utf8')
  rmSync(stamp)
  failUnit(root, bootComplete, `error: ostree-finalize-staged.service failed on previous boot: ${message}`)
}

/** The workload does not start, and greenboot, where there is one, says so in the words of its second generation. */
function failWorkload(root: string): void {
  failUnit(root, workloadUnit, 'the workload of this image does not start')
  if (!(greenbootUnit in readState(root).units)) return
  const lines = ['required script error:', `required script 10_workload.sh failed!\n${workloadUnit} is not running`]
  failUnit(root, greenbootUnit, lines.join('\n'))
}

/** A unit fails in this boot, with its last line in the journal. */
export function failUnit(root: string, name: string, message: string): void {
  updateState(root, (state) => {
    const unit = (state.units[name] ??= newUnit({ enabled: 'static' }))
    Object.assign(unit, { active: 'failed', sub: 'failed', result: 'exit-code', exitStatus: 1 })
  })
  appendJournal(root, {
    MESSAGE: message,
    _SYSTEMD_UNIT: name,
    SYSLOG_IDENTIFIER: name.split('.')[0] ?? name,
    PRIORITY: '3',
  })
  appendJournal(root, {
    MESSAGE: `${name}: Failed with result 'exit-code'.`,
    _SYSTEMD_UNIT: name,
    SYSLOG_IDENTIFIER: 'systemd',
    PRIORITY: '4',
  })
}

/**
 * Power on: boots the first deployment. One that fails to boot leaves a failed boot behind and the bootloader takes the
 * next one; the order stays, so the failed one is still `rollback` and queued.
 */
export function bootMachine(root: string): void {
  const { deployments } = readState(root)
  for (const deployment of deployments) {
    startKernel(root, deployment)
    const behaviour = behaviourOf(readState(root), deployment)
    if (behaviour === 'fail-boot') {
      appendJournal(root, {
        MESSAGE: 'Kernel panic - not syncing: Attempted to kill init!',
        SYSLOG_IDENTIFIER: 'kernel',
        PRIORITY: '2',
      })
      updateState(root, (state) => {
        const boot = state.boots.at(-1)
        if (boot) boot.outcome = 'failed'
      })
      continue
    }
    const power = ({ 'never-returns': 'off', slow: 'booting' } as const)[behaviour as string] ?? 'on'
    updateState(root, (state) => {
      state.power = power
    })
    reportFinalizeFailure(root)
    if (behaviour === 'unhealthy') failWorkload(root)
    touchStatus(root)
    return
  }
  updateState(root, (state) => {
    state.power = 'off'
  })
}

/** Only userspace starts again: same kernel, same boot id, `/run` stays. */
export function softRebootMachine(root: string): void {
  const prepared = readState(root).softRebootPrepared
  finalizeStaged(root)
  updateState(root, (state) => {
    const first = state.deployments[0]
    if (prepared && first) state.booted = deploymentId(first)
    state.softReboots += 1
    state.rebootRequested = null
    startUnits(state)
    const deployment = bootedDeployment(state)
    const running = state.boots.at(-1)
    if (running) running.outcome = 'ended'
    state.boots.push({
      bootId: state.bootId,
      at: Date.now(),
      deployment: state.booted,
      digest: deployment?.content?.digest ?? null,
      outcome: 'running',
    })
  })
  reportFinalizeFailure(root)
  const state = readState(root)
  const deployment = bootedDeployment(state)
  if (deployment && behaviourOf(state, deployment) === 'unhealthy') {
    failWorkload(root)
  }
  touchStatus(root)
}
