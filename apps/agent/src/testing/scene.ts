import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AgentProcess, FakeMachine, fakeImage } from '@bootfleet/testkit'
import { ControlPlane } from './control-plane.ts'

export const repository = 'registry.test/os/edge'
export const installed = fakeImage('installed')
export const update = fakeImage('update')

export const digestOf = (image: ReturnType<typeof fakeImage>): string => image.manifests['amd64']?.digest ?? ''
export const pinned = (image: ReturnType<typeof fakeImage>): string => `${repository}@${digestOf(image)}`

/** A desired document that wants an image staged, not applied. */
export const staged = (image: ReturnType<typeof fakeImage>) => ({
  image: { ref: pinned(image), accept: [digestOf(image), image.indexDigest] },
  apply: { phase: 'staged' as const },
})

export interface SceneOptions {
  agent: string
  version?: string
  softRebootCapable?: boolean
  backend?: 'ostree' | 'composefs'
  boot?: NonNullable<Parameters<FakeMachine['pinBehaviour']>[1]>
  env?: Record<string, string>
  behindProxy?: boolean
  onBoot?: (machine: FakeMachine) => void
}

/** A control plane, a machine and the agent on it; the agent has its enrollment document. */
export class Scene implements AsyncDisposable {
  constructor(
    readonly plane: ControlPlane,
    readonly machine: FakeMachine,
    readonly agent: AgentProcess,
  ) {}

  static async start(options: SceneOptions): Promise<Scene> {
    const plane = await ControlPlane.start(options)
    const machine = await sceneMachine(options)
    await putEnrollment(machine, plane.enrollmentDocument())
    return new Scene(plane, machine, startAgent(machine, options))
  }

  /** Enrolled, connected, and its first state reported. */
  async settled(): Promise<void> {
    await this.agent.waitFor(() => this.plane.state()?.health.status === 'healthy')
  }

  booted(): string | undefined {
    const { booted, deployments } = this.machine.state()
    return deployments.find(
      ({ stateroot, checksum, deploySerial }) => `${stateroot}/${checksum}.${deploySerial}` === booted,
    )?.content?.digest
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.stop()
    await this.machine[Symbol.asyncDispose]()
    await this.plane[Symbol.asyncDispose]()
  }
}

export async function sceneMachine({ version, softRebootCapable, backend, boot }: SceneOptions): Promise<FakeMachine> {
  const machine = await FakeMachine.create({
    bootedImage: { image: `${repository}:stable`, content: installed },
    images: { [`${repository}:stable`]: installed, [`${repository}:v2`]: update },
    ...(version !== undefined && { version }),
    softRebootCapable,
    ...(backend !== undefined && { backend }),
  })
  if (boot !== undefined) machine.pinBehaviour(digestOf(update), boot)
  return machine
}

export async function putEnrollment(machine: FakeMachine, document: unknown): Promise<void> {
  const directory = join(machine.root, 'var/lib/bootfleet')
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'enroll.json'), JSON.stringify(document))
}

export function startAgent(machine: FakeMachine, { agent, env, onBoot }: SceneOptions): AgentProcess {
  return AgentProcess.start(machine, {
    command: [process.execPath, agent],
    env: { BOOTFLEET_RETRY_BASE_MS: '100', BOOTFLEET_TRANSIENT_UNIT: 'always', ...env },
    onBoot: onBoot && (() => onBoot(machine)),
  })
}
