import { execFile } from 'node:child_process'
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beginFinalize, bootMachine, dropStaged, failUnit, finalizeStaged, softRebootMachine } from './boot.ts'
import { createMachineRoot, type FakeMachineOptions } from './create-machine.ts'
import type { BootBehaviour, Fault, MachineState, TableImage } from './machine-state.ts'
import {
  isAlive,
  machineSources,
  readJournal,
  readState,
  takePlan,
  touchStatus,
  updateState,
} from './machine-modules.ts'
import type { PowerPlan } from './power-plan.ts'

/** How a program of the machine ended. */
export interface ProgramResult {
  code: number | null
  stdout: string
  stderr: string
}

/**
 * A machine that boots container images with bootc, played by the executables in `bin/` over one state file. The
 * programs are real processes with real exit codes, locks and descriptors; the test plays power and bootloader.
 */
export class FakeMachine implements AsyncDisposable {
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  static async create(options: FakeMachineOptions = {}): Promise<FakeMachine> {
    return new FakeMachine(createMachineRoot(options))
  }

  /** Environment of processes on the machine; `extra` wins. */
  env(extra: Record<string, string> = {}): Record<string, string> {
    const { HOME = '/root', TMPDIR } = process.env
    const path = [join(machineSources, 'bin'), dirname(process.execPath), process.env['PATH'] ?? '/usr/bin:/bin']
    return {
      PATH: path.join(':'),
      HOME,
      ...(TMPDIR === undefined ? {} : { TMPDIR }),
      LANG: 'C.UTF-8',
      FAKE_MACHINE_ROOT: this.root,
      BOOTFLEET_ROOT: this.root,
      BOOTFLEET_STATE_DIR: join(this.root, 'var/lib/bootfleet'),
      BOOTFLEET_RUN_DIR: join(this.root, 'run/bootfleet'),
      BOOTFLEET_BOOT_ID_FILE: join(this.root, 'proc/boot_id'),
      BOOTFLEET_HARDWARE_ID: this.state().hardwareId,
      ...extra,
    }
  }

  /** The whole state; changes to the returned object have no effect, see `change`. */
  state(): MachineState {
    return readState(this.root)
  }

  /** Changes the state in one step under its lock. */
  change<T>(change: (state: MachineState) => T): T {
    return updateState(this.root, change)
  }

  /** Runs a program of the machine, such as `bootc`, to its end. Never rejects for an exit code. */
  run(program: string, ...args: string[]): Promise<ProgramResult> {
    return new Promise((resolve, reject) => {
      execFile(program, args, { env: this.env(), maxBuffer: 8 * 1024 * 1024 }, (error, stdout, stderr) => {
        if (error && typeof error.code === 'string') reject(error)
        else resolve({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr })
      })
    })
  }

  /** The document of `bootc status --json`, from the program itself; waits while bootc holds the lock. */
  async status(): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.run('bootc', 'status', '--json')
    if (code !== 0) throw new Error(`bootc status failed: ${stderr}`)
    return JSON.parse(stdout) as Record<string, unknown>
  }

  journal(): Record<string, string>[] {
    return readJournal(this.root)
  }

  /** A clean reboot: what is staged and unlocked becomes the default, then the bootloader boots. */
  async reboot(): Promise<void> {
    const { rebootRequested, softRebootPrepared } = this.state()
    if (softRebootPrepared || rebootRequested?.kind === 'soft-reboot') return this.softReboot()
    this.killProcesses()
    finalizeStaged(this.root)
    bootMachine(this.root)
  }

  /** The power goes and comes back: what was staged in `/run` is lost. */
  async powerCut(): Promise<void> {
    this.killProcesses()
    this.change(dropStaged)
    bootMachine(this.root)
  }

  /** The power goes while what is staged is being made bootable: neither the new order nor a note is there. */
  async powerCutInFinalize(): Promise<void> {
    this.killProcesses()
    beginFinalize(this.root)
    this.change(dropStaged)
    bootMachine(this.root)
  }

  /** Forgets the plan before, and counts events anew for this one. Only an agent that runs `watchedAgent` has events. */
  planPower(plan: PowerPlan | null): void {
    for (const name of ['power-plan.json', 'power-events']) rmSync(join(this.root, name), { force: true })
    if (plan === null) return
    writeFileSync(join(this.root, 'power-plan.new'), JSON.stringify(plan))
    renameSync(join(this.root, 'power-plan.new'), join(this.root, 'power-plan.json'))
  }

  /** The plan whose event has come: what it says is ended, and the machine waits for `playLoss`. */
  lostPower(): PowerPlan | null {
    try {
      return JSON.parse(readFileSync(join(this.root, 'power-lost.json'), 'utf8')) as PowerPlan
    } catch {
      return null
    }
  }

  /** Says that a reboot which the agent asked for begins; true when it is the event of the plan. */
  beginShutdown(): boolean {
    return takePlan(this.root, 'shutdown') !== null
  }

  /** Plays the machine's side of a plan whose event has come. */
  async playLoss({ how }: PowerPlan): Promise<void> {
    rmSync(join(this.root, 'power-lost.json'))
    if (how === 'power') await this.powerCut()
    if (how === 'finalize') await this.powerCutInFinalize()
    if (how === 'reboot') await this.reboot()
  }

  /** The command lines that bootc was called with, in order, `status` left out. */
  calls(): string[] {
    const text = readFileSync(join(this.root, 'var/log/bootc-calls'), 'utf8')
    return text.split('\n').filter((line) => line !== '' && !/^status|--help/.test(line))
  }

  /**
   * Userspace starts again, the kernel and its boot id stay. Without a prepared next root a staged deployment is
   * finalized and the old one keeps running.
   */
  async softReboot(): Promise<void> {
    this.killProcesses()
    softRebootMachine(this.root)
  }

  /**
   * A health checker of the image (such as greenboot) gives up after `boots` more boots of what runs now and goes back
   * for good: `rollback` is then the failed image and is not queued.
   */
  async healthRollback(boots = 1): Promise<void> {
    for (let boot = 0; boot < boots; boot += 1) {
      this.killProcesses()
      finalizeStaged(this.root)
      bootMachine(this.root)
    }
    const { code, stderr } = await this.run('bootc', 'rollback')
    if (code !== 0) throw new Error(`No way back: ${stderr}`)
    await this.reboot()
  }

  /** A machine that boots slowly is up from here on. */
  release(): void {
    this.change((state) => {
      if (state.power === 'booting') state.power = 'on'
    })
  }

  /** What a watched agent writes finds no room, or does again. */
  fillDisk(isFull: boolean): void {
    const mark = join(this.root, 'disk-full')
    if (isFull) writeFileSync(mark, '')
    else rmSync(mark, { force: true })
  }

  /** The next finalize of a staged deployment fails with this text. */
  failFinalize(message: string): void {
    this.change((state) => {
      state.finalizeFailure = message
    })
  }

  /** How a manifest digest boots on this machine, whatever its labels say; null takes it back. */
  pinBehaviour(digest: string, behaviour: BootBehaviour | null): void {
    this.change((state) => {
      if (behaviour === null) delete state.behaviours[digest]
      else state.behaviours[digest] = behaviour
    })
  }

  /** Adds or moves an image in the table, by reference with a tag. */
  publish(reference: string, image: TableImage): void {
    this.change((state) => {
      state.table[reference] = image
    })
  }

  /** Takes an image out of the table, as a registry's garbage collection does. */
  unpublish(reference: string): void {
    this.change((state) => {
      delete state.table[reference]
    })
  }

  /** Plays a failure until `clearFaults`, or `fault.times` times. */
  inject(fault: Fault): void {
    this.change((state) => {
      state.faults.push(fault)
    })
  }

  clearFaults(): void {
    this.change((state) => {
      state.faults = []
    })
  }

  /** A unit fails in the running boot. */
  failUnit(name: string, message: string): void {
    failUnit(this.root, name, message)
  }

  /** As rpm-ostree layering makes it: the running deployment is one that bootc does not understand. */
  layerPackages(...packages: string[]): void {
    this.change((state) => {
      for (const deployment of state.deployments) {
        if (`${deployment.stateroot}/${deployment.checksum}.${deployment.deploySerial}` === state.booted) {
          deployment.incompatible = true
          if (packages.length > 0) deployment.layered = packages
        }
      }
    })
    touchStatus(this.root)
  }

  /** Kills every program and transient unit that runs on the machine. */
  killProcesses(): void {
    for (const { pid } of Object.values(this.state().units)) if (pid !== null && this.runs(pid)) kill(-pid)
    let entries: string[] = []
    try {
      entries = readdirSync(join(this.root, 'run/processes'))
    } catch {
      // Nothing has run since the boot.
    }
    for (const pid of entries.map(Number)) if (this.runs(pid)) kill(pid)
  }

  /** Whether a process is one of this machine; where there is a procfs, a reused pid is found out. */
  private runs(pid: number): boolean {
    if (!isAlive(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`FAKE_MACHINE_ROOT=${this.root}\0`)
    } catch {
      return process.platform !== 'linux'
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.killProcesses()
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended just now.
  }
}
