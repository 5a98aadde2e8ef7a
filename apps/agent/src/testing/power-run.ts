import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentProcess, watchedAgent } from '@bootfleet/testkit'
import type { FakeMachine, PowerPlan } from '@bootfleet/testkit'
import { between, seededRandom } from '../simulate/random.ts'
import type { Random } from '../simulate/random.ts'
import { ControlPlane } from './control-plane.ts'
import { digestOf, installed, putEnrollment, sceneMachine, staged, update } from './scene.ts'

const patienceMs = 150_000

/** What one seed plays: an update, and cuts one after another, each counted from when the machine is up again. */
export interface PowerScript {
  boot: 'ok' | 'fail-boot' | 'unhealthy'
  version: string
  /** The machine can reboot its userspace alone, and is told to. */
  soft: boolean
  backend: 'ostree' | 'composefs'
  cuts: PowerPlan[]
}

/** What was on disk when something was ended. */
export interface DiskState {
  cut: PowerPlan
  /** `unreadable` is a file that is there and not whole. */
  journal: StoredJournal | 'missing' | 'unreadable'
  boots: StoredBoot[] | 'unreadable'
}

export interface StoredJournal {
  bootKey: string
  attempt: { phase: string; outcome?: string } | null
  quarantined: string[]
}

export interface StoredBoot {
  bootKey: string
  outcome: string
}

/** Every update has at least as many events of each kind, so that the first cut of a script always comes. */
const usual = { write: 45, program: 80, log: 10, bootc: 6, shutdown: 1 } as const
const kinds = ['write', 'write', 'program', 'program', 'log', 'bootc', 'bootc', 'shutdown'] as const

/** The same script for the same seed. */
export function scriptOf(seed: number): PowerScript {
  const random = seededRandom(`power ${seed}`)
  const cuts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => cutOf(random))
  const boot = pick(random, ['ok', 'ok', 'ok', 'unhealthy', 'fail-boot'] as const)
  const version = pick(random, ['1.16.9', '1.16.9', '1.10.0', 'next'] as const)
  // What does not boot at all is for the boot loader, which has no say in a soft reboot.
  const soft = pick(random, [true, false, false]) && boot !== 'fail-boot'
  // Nor on composefs, where nothing counts boots yet.
  const backend = boot === 'fail-boot' ? 'ostree' : pick(random, ['ostree', 'ostree', 'composefs'] as const)
  return { boot, version, soft, backend, cuts }
}

function cutOf(random: Random): PowerPlan {
  const kind = pick(random, kinds)
  const how = pick(random, ['agent', 'power', 'power', kind === 'shutdown' ? 'finalize' : 'reboot'] as const)
  return { kind, at: 1 + Math.floor(between(random, [0, usual[kind]])), how }
}

function pick<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0]
}

/** One machine, its agent and its control plane, through one script. */
export class PowerRun implements AsyncDisposable {
  readonly losses: DiskState[] = []
  /** Boots in which a grant was given. */
  readonly grantedBoots = new Set<string>()

  private readonly cutsLeft: PowerPlan[]

  private constructor(
    readonly plane: ControlPlane,
    readonly machine: FakeMachine,
    readonly script: PowerScript,
  ) {
    this.cutsLeft = [...script.cuts]
  }

  /** Plays it to its end. Fails with the agent's output when it does not come to one. */
  static async play(agent: string, script: PowerScript): Promise<PowerRun> {
    const { boot, version, soft, backend } = script
    const plane = await ControlPlane.start()
    const machine = await sceneMachine({ agent, version, boot, softRebootCapable: soft, backend })
    await putEnrollment(machine, plane.enrollmentDocument())
    const run = new PowerRun(plane, machine, script)
    machine.planPower(run.cutsLeft.shift() ?? null)
    await run.playToTheEnd(agent)
    return run
  }

  /** The boots in which the agent asked for a reboot, one for each time that it asked. */
  requests(): string[] {
    return this.machine
      .journal()
      .filter(({ MESSAGE }) => MESSAGE?.includes('Initiated by bootfleet'))
      .map(({ _BOOT_ID = '', F_SOFT_REBOOTS = '' }) => `${_BOOT_ID}:${F_SOFT_REBOOTS}`)
  }

  /** The digest of each boot, by its name in `requests`. */
  boots(): Map<string, string | null> {
    const all = this.machine.state().boots
    const named = all.map(({ bootId, digest }, at) => {
      const before = all.slice(0, at).filter((other) => other.bootId === bootId)
      return [nameOfBoot(`${bootId}:${before.length}`), digest] as const
    })
    return new Map(named)
  }

  /** What lies in the agent's directory now. */
  disk(cut: PowerPlan): DiskState {
    const [journal, boots] = [this.read('journal.json'), this.read('boots.jsonl')]
    return {
      cut,
      journal: journal === undefined ? 'missing' : (parse<StoredJournal>(journal) ?? 'unreadable'),
      boots: bootsOf(boots ?? ''),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]()
    await this.plane[Symbol.asyncDispose]()
  }

  private async playToTheEnd(agent: string): Promise<void> {
    const { plane } = this
    const { image, apply } = staged(update)
    await plane.desire({ image, apply: { ...apply, softReboot: this.script.soft } })
    await using process = AgentProcess.start(this.machine, {
      command: watchedAgent(agent),
      env: { BOOTFLEET_RETRY_BASE_MS: '50', BOOTFLEET_TRANSIENT_UNIT: 'always' },
      onLoss: (cut) => {
        this.losses.push(this.disk(cut))
        this.machine.planPower(this.cutsLeft.shift() ?? null)
      },
    })
    let last = ''
    await process.waitFor(async () => {
      await this.giveGrant()
      if (!this.isOver() || this.machine.lostPower() !== null || !process.running) return false
      // Once more after the last plan is gone: nothing ends the agent any more.
      const wasLast = last === plane.conn()
      last = plane.conn()
      this.machine.planPower(null)
      return wasLast
    }, patienceMs)
  }

  /** As a server does: a grant for a device that waits for one and has none. */
  private async giveGrant(): Promise<void> {
    const { plane } = this
    const state = plane.state()
    if (state === undefined || state.grant !== null || state.observedGen !== plane.gen) return
    const canLock = plane.last('up/hello')?.caps.includes('download_only') === true
    const waits = canLock ? state.phase === 'staged' : state.phase === 'idle' || state.phase === 'healthy'
    if (!waits || state.booted.digest === digestOf(update)) return
    this.grantedBoots.add(nameOfBoot(plane.last('up/hello')?.bootKey ?? ''))
    await plane.grant()
  }

  private isOver(): boolean {
    const state = this.plane.state()
    if (state === undefined) return false
    if (this.script.boot === 'ok') return state.phase === 'healthy' && state.booted.digest === digestOf(update)
    return (
      state.phase === 'failed' &&
      state.booted.digest === digestOf(installed) &&
      state.quarantined.includes(digestOf(update)) &&
      this.machine.state().deployments[0]?.content?.digest === digestOf(installed)
    )
  }

  private read(name: string): string | undefined {
    try {
      return readFileSync(join(this.machine.root, 'var/lib/bootfleet', name), 'utf8')
    } catch {
      return undefined
    }
  }
}

/** A boot key with the kernel's boot id as the journal of a machine writes it. */
function nameOfBoot(bootKey: string): string {
  return bootKey.replaceAll('-', '')
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

function bootsOf(text: string): StoredBoot[] | 'unreadable' {
  const entries = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parse<StoredBoot>(line))
  return entries.some((entry) => entry === undefined) ? 'unreadable' : (entries as StoredBoot[])
}
