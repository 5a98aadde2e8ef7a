import { join } from 'node:path'

/**
 * Root directory of the fake machine that this process runs on.
 * @returns {string}
 */
export function machineRoot() {
  const root = process.env['FAKE_MACHINE_ROOT']
  if (!root) throw new Error('FAKE_MACHINE_ROOT is not set: run this executable with the environment of a FakeMachine')
  return root
}

/** @param {string} root */
export function machinePaths(root) {
  return {
    state: join(root, 'machine.json'),
    stateLock: join(root, 'machine.lock'),
    sysrootLock: join(root, 'ostree/lock'),
    statusStamp: join(root, 'ostree/bootc'),
    journal: join(root, 'var/log/journal.jsonl'),
    calls: join(root, 'var/log/bootc-calls'),
    run: join(root, 'run'),
    processes: join(root, 'run/processes'),
    units: join(root, 'run/units'),
    diskFull: join(root, 'disk-full'),
    rebootRequired: join(root, 'run/reboot-required'),
    bootId: join(root, 'proc/boot_id'),
    powerPlan: join(root, 'power-plan.json'),
    powerEvents: join(root, 'power-events'),
    powerLost: join(root, 'power-lost.json'),
    agentPid: join(root, 'agent.pid'),
    finalizeStamp: join(root, 'boot/ostree/finalize-failure.stamp'),
    authFiles: ['run/ostree/auth.json', 'etc/ostree/auth.json', 'usr/lib/ostree/auth.json'].map((file) =>
      join(root, file),
    ),
  }
}
