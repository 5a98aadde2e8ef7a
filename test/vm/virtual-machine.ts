import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@bootfleet/testkit'
import { GuestAgent } from './guest-agent.ts'
import { artifacts, folder } from './paths.ts'

// Without hardware to help, on a machine that does other things as well.
const patienceMs = 30 * 60_000

const serial = join(artifacts, 'serial.log')

// All that QEMU has but what it plays slowly: page tables of five levels, and vectors of 256 bits and more.
const processor = 'max,la57=off,avx=off,avx2=off,avx512f=off'

/** A machine under QEMU, without KVM: two processors, 1 GiB, one disk, a network in which this host is 10.0.2.2. */
export class VirtualMachine implements AsyncDisposable {
  readonly #disk: string
  readonly #socket = join(folder, 'guest-agent.socket')
  #qemu: ChildProcess | undefined
  #agent: GuestAgent | undefined

  constructor(disk: string) {
    this.#disk = disk
  }

  async powerOn(): Promise<void> {
    await rm(this.#socket, { force: true })
    await appendFile(serial, '\n── power on ──\n')
    const options = [
      ['-accel', 'tcg,thread=multi,tb-size=512'],
      ['-cpu', processor],
      ['-smp', '2'],
      ['-m', '1024'],
      ['-display', 'none'],
      ['-nic', 'user,model=virtio-net-pci'],
      ['-device', 'virtio-rng-pci'],
      // A cut of the power takes what the guest has not written; this host goes on, so it need not sync.
      ['-drive', `file=${this.#disk},if=virtio,format=raw,cache=unsafe`],
      ['-chardev', `file,id=serial,path=${serial},append=on`, '-serial', 'chardev:serial'],
      ['-chardev', `socket,id=agent,path=${this.#socket},server=on,wait=off`],
      ['-device', 'virtio-serial', '-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
    ]
    const qemu = spawn('nice', ['-n', '-5', 'qemu-system-x86_64', ...options.flat()], { stdio: 'inherit' })
    this.#qemu = qemu
    await waitFor('the socket of QEMU', () => existsSync(this.#socket))
    this.#agent = new GuestAgent(this.#socket)
  }

  /** Waits until the console shows, from now on, what the pattern fits. */
  async says(pattern: RegExp): Promise<void> {
    const from = (await stat(serial)).size
    const isSaid = async () => pattern.test((await readFile(serial)).subarray(from).toString())
    await waitFor(`${pattern} on the console`, isSaid, patienceMs)
  }

  /** Nothing is asked, nothing is written any more. */
  async cutPower(): Promise<void> {
    this.#agent?.[Symbol.dispose]()
    const qemu = this.#qemu
    this.#qemu = undefined
    if (qemu === undefined || qemu.exitCode !== null || qemu.signalCode !== null) return
    const ended = once(qemu, 'exit')
    qemu.kill('SIGKILL')
    await ended
  }

  /** Waits until the guest answers, and names its boot. */
  async bootId(): Promise<string> {
    return await waitFor('the machine to answer', () => this.sh('cat /proc/sys/kernel/random/boot_id'), patienceMs)
  }

  /** What a shell command of the guest prints. Throws all that it said when it fails, or the guest does not answer. */
  async sh(script: string): Promise<string> {
    const agent = this.#agent
    if (agent === undefined) throw new Error('the machine is off')
    const args = { path: '/bin/sh', arg: ['-c', script], 'capture-output': true }
    const { pid } = await agent.request('guest-exec', args)
    for (;;) {
      const status = await agent.request('guest-exec-status', { pid })
      const text = (name: string) => {
        const data = status[name]
        return typeof data === 'string' ? Buffer.from(data, 'base64').toString() : ''
      }
      if (status['exited'] === true) {
        if (status['exitcode'] === 0) return text('out-data').trimEnd()
        throw new Error(`code ${String(status['exitcode'])} of ${script}:\n${text('out-data')}${text('err-data')}`)
      }
      await delay(200)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cutPower()
  }
}
