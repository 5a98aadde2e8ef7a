import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EnrollmentDocument } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import {
  AgentProcess,
  FakeMachine,
  pushImage,
  startRegistryServer,
  waitFor,
  type RegistryServer,
} from '@bootfleet/testkit'

const agentBundle = fileURLToPath(new URL('../../../apps/agent/dist/bootfleet-agent.mjs', import.meta.url))
const repository = 'os/edge'

export interface LabDevice {
  readonly machine: FakeMachine
  readonly agent: AgentProcess
}

/** Machines with real agents, and the registry that their images come from. */
export class Lab implements AsyncDisposable {
  readonly registry: RegistryServer
  readonly devices: LabDevice[] = []
  readonly #client: Client

  private constructor(registry: RegistryServer, client: Client) {
    this.registry = registry
    this.#client = client
  }

  static async open(client: Client): Promise<Lab> {
    return new Lab(await startRegistryServer(), client)
  }

  /** `127.0.0.1:port/os/edge` */
  get repository(): string {
    return `${this.registry.host}/${repository}`
  }

  /** Really pushes an image for two architectures; `boot` is how machines fare with it. */
  async push(version: string, boot: 'ok' | 'fail-boot' | 'unhealthy' = 'ok') {
    const target = { host: this.registry.host, repository, tag: version }
    return pushImage(target, {
      architectures: ['amd64', 'arm64'],
      annotations: { 'org.opencontainers.image.version': version },
      // Of its version too, or images that fare alike would be the same image.
      labels: { 'dev.bootfleet.fake.boot': boot, 'org.opencontainers.image.version': version },
    })
  }

  /** Enrolls so many machines into the default group and waits until all are online. */
  async enroll(count: number): Promise<void> {
    const { document } = await this.#client.enrollmentTokens.create({ body: { name: 'lab', maxUses: count } })
    await this.enrollWith(document, count)
  }

  /** The same with a document that somebody else made. */
  async enrollWith(document: EnrollmentDocument, count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const machine = await FakeMachine.create({ hardwareId: `machine-${this.devices.length}` })
      const env = machine.env({ BOOTFLEET_RETRY_BASE_MS: '100', BOOTFLEET_TRANSIENT_UNIT: 'never' })
      const state = env['BOOTFLEET_STATE_DIR'] ?? ''
      await mkdir(state, { recursive: true })
      await writeFile(join(state, 'enroll.json'), JSON.stringify(document), { mode: 0o600 })
      const agent = AgentProcess.start(machine, {
        command: [process.execPath, agentBundle],
        env: { BOOTFLEET_RETRY_BASE_MS: '100', BOOTFLEET_TRANSIENT_UNIT: 'never' },
      })
      this.devices.push({ machine, agent })
    }
    await waitFor(
      `${count} devices to be online`,
      async () => {
        const { items } = await this.#client.devices.list({ query: { limit: 200 } })
        return items.filter(({ online, phase }) => online && phase !== null).length === this.devices.length
      },
      60_000,
    ).catch((error: unknown) => {
      throw new Error(this.devices.map(({ agent }) => agent.output()).join('\n---\n'), { cause: error })
    })
  }

  /** The digest that each machine runs now, and how often it has booted since it was set up. */
  booted(): { digest: string | undefined; reboots: number }[] {
    return this.devices.map(({ machine }) => {
      const { booted, deployments, boots } = machine.state()
      const deployment = deployments.find(
        ({ stateroot, checksum, deploySerial }) => `${stateroot}/${checksum}.${deploySerial}` === booted,
      )
      return { digest: deployment?.content?.digest, reboots: boots.length - 1 }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.devices.map(({ agent }) => agent.stop()))
    await Promise.all(this.devices.map(({ machine }) => machine[Symbol.asyncDispose]()))
    await this.registry.stop()
  }
}
