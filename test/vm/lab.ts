import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { PolicyInput, Rollout } from '@bootfleet/contracts'
import { pushImage, startRegistryServer, waitFor, type RegistryServer } from '@bootfleet/testkit'
import { Stack } from '../system/stack/stack.ts'
import type { ImageName } from './make-images.ts'
import { makeMachine } from './make-machine.ts'
import { artifacts, folder } from './paths.ts'
import { VirtualMachine } from './virtual-machine.ts'

const repository = 'os/edge'
const channel = 'edge-stable'
const longMs = 45 * 60_000

const policy: PolicyInput = {
  waves: [],
  // One device is all there is, and what it does is looked at.
  rest: { soakSec: 1, gate: { maxFailures: 0 } },
  timeouts: { grantSec: 7200, applySec: 7200, unreachableAfterSec: 7200, healthSec: 900 },
}

/** Says it, and keeps it for the summary of the run. */
export async function note(text: string): Promise<void> {
  console.info(text)
  await appendFile(join(artifacts, 'steps.txt'), `${text}\n`)
}

/** The control plane, a registry, and one machine that follows the channel. */
export class Lab implements AsyncDisposable {
  readonly stack: Stack
  readonly registry: RegistryServer
  readonly machine: VirtualMachine

  private constructor(stack: Stack, registry: RegistryServer, machine: VirtualMachine) {
    this.stack = stack
    this.registry = registry
    this.machine = machine
  }

  /** Makes everything anew, and switches the machine on. */
  static async open(): Promise<Lab> {
    const disk = await makeMachine()
    await rm(artifacts, { recursive: true, force: true })
    await mkdir(artifacts, { recursive: true })
    const stack = await Stack.start(async () => ({ BOOTFLEET_MQTT_HOST: '10.0.2.2' }))
    const lab = new Lab(stack, await startRegistryServer(), new VirtualMachine(disk))
    await stack.client.channels.create({ body: { name: channel, repository: `${lab.registry.host}/${repository}` } })
    await stack.client.groups.update({ params: { group: 'default' }, body: { channel } })
    await lab.machine.powerOn()
    return lab
  }

  /** Gives the machine its enrollment document. */
  async enroll(): Promise<void> {
    const { document } = await this.stack.client.enrollmentTokens.create({ body: { name: 'lab', maxUses: 1 } })
    const text = Buffer.from(JSON.stringify(document)).toString('base64')
    const path = '/var/lib/bootfleet/enroll.json'
    await this.machine.sh(`umask 077; mkdir -p /var/lib/bootfleet; echo ${text} | base64 -d > ${path}`)
  }

  async device() {
    const { items } = await this.stack.client.devices.list()
    const [device] = items
    if (device === undefined) throw new Error('no device has enrolled')
    return device
  }

  /** Pushes an image that the disk has been made with, releases it and starts its rollout. Gives the digest. */
  async roll(name: ImageName, timeouts: PolicyInput['timeouts'] = {}) {
    const version = name.replace(/v(.)/, '$1.0')
    const commit = (await readFile(join(folder, `commit-${name}`), 'utf8')).trim()
    const delta = await readFile(join(folder, `delta-${name}`))
    const target = { host: this.registry.host, repository, tag: version }
    const { manifests } = await pushImage(target, {
      version,
      architectures: ['amd64'],
      layers: [delta.toString('base64')],
      labels: { 'dev.bootfleet.vm.commit': commit },
    })
    const image = `${this.registry.host}/${repository}:${version}`
    const { client } = this.stack
    const release = await client.releases.create({ params: { channel }, body: { image } })
    const body = { channel, release: release.id, start: 'now' as const }
    const { id } = await client.rollouts.create({
      body: { ...body, policy: { ...policy, timeouts: { ...policy.timeouts, ...timeouts } } },
    })
    return { rollout: id, digest: manifests[0]?.manifestDigest ?? '' }
  }

  /** Tries what failed once more. */
  async retry(rollout: string): Promise<void> {
    await this.stack.client.rollouts.resume({ params: { rollout }, body: { choice: 'retry_failed' } })
  }

  async untilState(rollout: string, wanted: Rollout['state']): Promise<void> {
    await this.until(`the rollout is ${wanted}`, async () => {
      const { state } = await this.stack.client.rollouts.get({ params: { rollout } })
      return state === wanted
    })
  }

  /** Nothing is granted from now on. */
  async freeze(): Promise<void> {
    await this.stack.client.freeze.startGroup({ params: { group: 'default' }, body: { reason: 'a test' } })
  }

  async unfreeze(): Promise<void> {
    await this.stack.client.freeze.endGroup({ params: { group: 'default' } })
  }

  async boots() {
    const { id } = await this.device()
    return (await this.stack.client.devices.boots({ params: { id }, query: {} })).items
  }

  /** The only target of the rollout. */
  async target(rollout: string) {
    const { items } = await this.stack.client.rollouts.targets({ params: { rollout }, query: {} })
    return items[0]
  }

  /** Waits for what the control plane knows; otherwise keeps everything and tells what the agent says. */
  async until(what: string, probe: () => Promise<boolean | undefined>): Promise<void> {
    const started = performance.now()
    try {
      await waitFor(what, async () => (await probe()) === true || (await delay(1000)), longMs)
    } catch (cause) {
      await this.keep('failed').catch(() => {})
      throw new Error(`${what}: not so. ${JSON.stringify(await this.device(), null, 1)}`, { cause })
    }
    await note(`${what}: after ${Math.round((performance.now() - started) / 1000)} s, load ${loadavg()[0]?.toFixed(1)}`)
  }

  /** Writes down what the machine and the control plane say now. */
  async keep(name: string): Promise<void> {
    const write = (file: string, text: string) => writeFile(join(artifacts, `${name}-${file}`), `${text}\n`)
    await write('device.json', JSON.stringify(await this.device().catch(String), null, 2))
    await write('boots.json', JSON.stringify(await this.boots().catch(String), null, 2))
    const commands = {
      'bootc-status.json': 'bootc status --format=json',
      'ostree-status.txt': 'ostree admin status',
      'agent-journal.txt': 'journalctl --no-pager -b -u bootfleet-agent -u bootfleet-bootc -o short-monotonic',
      'shutdown-journal.txt': 'journalctl --no-pager -b -1 -u ostree-finalize-staged -o short-monotonic || true',
      'failed-units.txt': 'systemctl list-units --failed --no-pager --plain',
      'journal.json': 'cat /var/lib/bootfleet/journal.json || ls /var/lib/bootfleet',
    }
    for (const [file, script] of Object.entries(commands)) {
      await write(file, await this.machine.sh(script).catch(String))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]()
    await this.registry.stop()
    await this.stack[Symbol.asyncDispose]()
  }
}
