import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootMachine } from './boot.ts'
import { fakeImage, manifestOf } from './fake-image.ts'
import type { ImageContent, MachineState, TableImage, Unit } from './machine-state.ts'
import { deploymentId, newDeployment, newUnit, writeState } from './machine-modules.ts'

export interface FakeMachineOptions {
  /** OCI architecture; `amd64` without it. */
  architecture?: string | undefined
  /** What is installed; need not resolve, it is on the disk already. `null`: a plain ostree host, without an image. */
  bootedImage?: { image: string; content?: ImageContent | TableImage | undefined } | string | null | undefined
  backend?: MachineState['backend'] | undefined
  /** Version knob of bootc: `1.1.4`, `1.7`, `1.12`, `1.16.9` (the default) or `next`. */
  version?: string | undefined
  hardwareId?: string | undefined
  /** Images that can be pulled without a registry, by reference with a tag. */
  images?: Record<string, TableImage> | undefined
  softRebootCapable?: boolean | undefined
}

const defaultImage = 'registry.test/os/edge:stable'

function installedUnits(): Record<string, Unit> {
  const running = { active: 'active', sub: 'running' } as const
  const timer = { active: 'active', sub: 'waiting' } as const
  return {
    'bootc-fetch-apply-updates.timer': newUnit({ enabled: 'enabled', ...timer }),
    'bootc-fetch-apply-updates.service': newUnit({ enabled: 'static' }),
    'rpm-ostreed-automatic.timer': newUnit({ enabled: 'disabled' }),
    'ostree-boot-complete.service': newUnit({ enabled: 'static', active: 'active', sub: 'exited' }),
    'ostree-finalize-staged.service': newUnit({ enabled: 'static', active: 'active', sub: 'exited' }),
    'os-workload.service': newUnit({ enabled: 'enabled', description: 'What this machine is for', ...running }),
    'sshd.service': newUnit({ enabled: 'enabled', description: 'OpenSSH server daemon', ...running }),
  }
}

function installedContent(options: FakeMachineOptions, architecture: string): ImageContent {
  const content = typeof options.bootedImage === 'object' ? options.bootedImage?.content : undefined
  if (content === undefined) return manifestOf(fakeImage('installed', { architectures: [architecture] }), architecture)
  return 'manifests' in content ? manifestOf(content, architecture) : content
}

/** Lays out a machine in a new temporary directory and boots it once. Returns the directory. */
export function createMachineRoot(options: FakeMachineOptions): string {
  const root = mkdtempSync(join(tmpdir(), 'fake-machine-'))
  for (const directory of ['ostree', 'proc', 'run', 'boot/ostree', 'etc/ostree', 'var/lib/bootfleet', 'var/log']) {
    mkdirSync(join(root, directory), { recursive: true })
  }
  const { architecture = 'amd64', version = '1.16.9', hardwareId = `fake-${randomUUID()}`, bootedImage } = options
  const name = (typeof bootedImage === 'string' ? bootedImage : bootedImage?.image) ?? defaultImage
  const content = installedContent(options, architecture)
  const image = { image: name, transport: 'registry' }
  const state: MachineState = {
    bootcVersion: version,
    architecture,
    hardwareId,
    host: 'bootc',
    backend: options.backend ?? 'ostree',
    invertedRollbackQueued: false,
    power: 'on',
    bootId: randomUUID(),
    softReboots: 0,
    boots: [],
    booted: '',
    deployments: [],
    staged: null,
    stagedLocked: false,
    softRebootCapable: options.softRebootCapable ?? false,
    softRebootPrepared: false,
    stored: { [`registry:${name}`]: content },
    layers: content.layers.map(({ digest }) => digest),
    table: options.images ?? {},
    behaviours: {},
    faults: [],
    finalizeFailure: null,
    units: installedUnits(),
    rebootRequested: null,
    usrOverlay: null,
    readOnly: false,
    etcDrift: ['M    machine-id', 'A    .updated'],
    freeBytes: null,
  }
  const deployment = newDeployment(state, image, content)
  if (bootedImage === null) {
    deployment.image = null
    deployment.content = null
    state.stored = {}
  }
  state.deployments = [deployment]
  state.booted = deploymentId(deployment)
  writeState(root, state)
  bootMachine(root)
  return root
}
