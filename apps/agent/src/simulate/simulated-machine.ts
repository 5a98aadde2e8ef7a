import type { Machine } from '../machine/machine.ts'
import type { SimulatedHost } from './simulated-host.ts'
import type { Traits } from './traits.ts'

const gib = 64

/** The machine around a simulated host. `powerOff` ends the agent that runs on it. */
export function simulatedMachine(input: { traits: Traits; host: SimulatedHost; powerOff: () => void }): Machine {
  const { traits, host, powerOff } = input
  const { hardwareId, model, site, behaviour } = traits
  const bootedAt = performance.now()
  const isLiar = behaviour === 'lying'
  return {
    hostname: hardwareId,
    architecture: model.architecture,
    bootKey: async () => host.state.bootKey,
    hardwareId: async () => hardwareId,
    uptimeMs: () => Math.round(performance.now() - bootedAt),
    facts: async () => ({
      kernel: 'simulated',
      os: { ID: 'simulated', PRETTY_NAME: `Simulated ${model.name} in ${site}` },
      disk: { totalGiB: gib, freePercent: 50 },
    }),
    bootMs: async () => undefined,
    localDrift: async () => ({
      etc: { count: 0, files: [] },
      packages: { count: 0, names: [] },
      kernelArguments: { count: 0, list: [] },
    }),
    findHooks: async () => [],
    runHook: async () => ({ ok: true, output: '' }),
    busyUsers: async () => [],
    notifyUsers: async () => undefined,
    updaters: async () => [],
    failedUnits: async () => [],
    runChecks: async () => ({
      failed: host.isHealthy()
        ? []
        : [{ check: 'simulated-service', output: 'this image is unhealthy on this device' }],
      warnings: [],
      greenboot: 'absent',
    }),
    lastShutdown: async () => ({ began: false }),
    requestReboot: async () => {
      if (isLiar) return
      host.goDown()
      powerOff()
    },
    isGoingDown: async () => host.state.isDown,
    disableOtherUpdaters: async () => [],
    readLog: async () =>
      `${hardwareId}: a simulated ${model.name} in ${site} (${behaviour}), booted ${host.state.bootKey}`,
  }
}
