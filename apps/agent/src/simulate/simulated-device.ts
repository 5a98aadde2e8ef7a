import { Desired, SignedDesired } from '@bootfleet/contracts'
import type { EnrollmentDocument, StateBody } from '@bootfleet/contracts'
import { pause } from '../link/back-off.ts'
import { openMqttTransport } from '../link/mqtt-transport.ts'
import type { Carriers } from '../link/open-connection.ts'
import { log } from '../log.ts'
import type { Platform } from '../platform.ts'
import { runAgent } from '../run-agent.ts'
import { resultOf } from './behaviour.ts'
import type { BootResult } from './behaviour.ts'
import type { Gate } from './gate.ts'
import { ruleFor } from './image-rules.ts'
import type { ImageRule } from './image-rules.ts'
import { falseState, lyingTransport } from './lie.ts'
import type { LieKind } from './lie.ts'
import { memoryStore } from './memory-store.ts'
import type { MemoryStore } from './memory-store.ts'
import { Network } from './network.ts'
import { between } from './random.ts'
import type { Random } from './random.ts'
import { SimulatedHost, newHostState } from './simulated-host.ts'
import type { HostState } from './simulated-host.ts'
import { simulatedMachine } from './simulated-machine.ts'
import { randomOf } from './traits.ts'
import type { Traits } from './traits.ts'

const downloadMs = [1000, 3000] as const
const bootMs = [2000, 5000] as const
const slowFactor = 10
/** So often the boot loader tries an image before it takes the one before. */
const bootTries = 3

/** What the devices of one process share. */
export interface Surroundings {
  /** Durations are divided by it. */
  speed: number
  enrolling: Gate
  connecting: Gate
  rules: () => readonly ImageRule[]
  base: (architecture: string) => { ref: string; digest: string }
  documentFor: (traits: Traits) => Promise<EnrollmentDocument | undefined>
  onChange: () => void
}

/** What of one device is saved. */
export interface SavedDevice {
  documents: Record<string, string>
  host: HostState
}

/** One machine with one agent, which it starts anew on each boot. */
export class SimulatedDevice {
  readonly traits: Traits
  readonly host: SimulatedHost
  private readonly around: Surroundings
  private readonly state: MemoryStore
  private readonly network = new Network()
  private readonly random: Random
  private readonly lieKind: LieKind
  private connectedOnce = false
  private powerOff = (): void => undefined

  constructor(traits: Traits, around: Surroundings, saved?: SavedDevice) {
    this.traits = traits
    this.around = around
    this.random = randomOf(traits)
    this.lieKind = this.random() < 0.5 ? 'eager' : 'patient'
    this.state = memoryStore(saved?.documents, around.onChange)
    this.host = new SimulatedHost({
      state: saved?.host ?? newHostState(around.base(traits.model.architecture)),
      resultOf: (digests) => this.resultOf(digests),
      downloadMs: () => this.duration(downloadMs),
      aliasesOf: (digest) => this.aliasesOf(digest),
      onChange: around.onChange,
    })
  }

  /** At least once since this program started, or it never will. */
  hasConnected(): boolean {
    return this.connectedOnce || this.host.state.isLost
  }

  isEnrolled(): boolean {
    return this.state.documents.has('identity.json')
  }

  save(): SavedDevice {
    return { documents: Object.fromEntries(this.state.documents), host: this.host.state }
  }

  /** From boot to boot, until the signal is aborted or the machine never comes back. */
  async run(signal: AbortSignal): Promise<void> {
    const { behaviour } = this.traits
    void this.network.swing({ behaviour, random: this.random, speed: this.around.speed }, signal)
    signal.addEventListener('abort', () => this.powerOff(), { once: true })
    while (!signal.aborted && !this.host.state.isLost) {
      if (this.host.state.isDown) await this.boot(signal)
      else await this.runAgentOnce()
    }
    if (this.host.state.isLost) log('device_lost')
  }

  private async boot(signal: AbortSignal): Promise<void> {
    await pause(this.duration(bootMs), signal)
    if (signal.aborted) return
    const result = this.host.boot()
    log('device_booted', { result })
    if (result === 'fails-to-boot') await pause(this.duration(bootMs) * (bootTries - 1), signal)
  }

  private async runAgentOnce(): Promise<void> {
    const life = new AbortController()
    this.powerOff = () => life.abort()
    try {
      await runAgent(this.platform(life.signal), life.signal)
    } catch (error) {
      if (!life.signal.aborted) throw error
    }
  }

  private platform(life: AbortSignal): Platform {
    const { traits, host, state, around } = this
    return {
      machine: simulatedMachine({ traits, host, powerOff: () => this.powerOff() }),
      state,
      run: memoryStore(),
      openDriver: async () => host.driver(),
      carriers: this.carriers(life),
      findEnrollment: () => around.documentFor(traits),
      takeTurn: (request) => around.enrolling.pass(request, life),
      refreshRegistryAuth: () => Promise.resolve(),
      signatureProblem: () => Promise.resolve(undefined),
      sessionLimitMs: 0,
      retryBaseMs: Math.max(100, Math.round(1000 / around.speed)),
    }
  }

  private carriers(life: AbortSignal): Carriers {
    return {
      mqtt: async (input) => {
        await this.network.whenUp(life)
        const transport = await this.around.connecting.pass(() => openMqttTransport(input), life)
        this.connectedOnce = true
        this.network.carry(transport)
        return this.traits.behaviour === 'lying' ? lyingTransport(transport, (state) => this.lie(state)) : transport
      },
      https: undefined,
    }
  }

  private lie(state: StateBody): StateBody {
    const desired = this.desired()
    return desired === undefined ? state : falseState(state, desired, this.lieKind)
  }

  private resultOf(digests: readonly string[]): BootResult {
    const { behaviour, model } = this.traits
    if (digests.includes(this.around.base(model.architecture).digest)) return 'ok'
    return ruleFor(this.around.rules(), { digests, model: model.name }) ?? resultOf(behaviour)
  }

  /** The index digest is known from the document that wants the image. */
  private aliasesOf(digest: string): readonly string[] {
    const accept = this.desired()?.image?.accept ?? []
    return accept.includes(digest) ? accept : []
  }

  private desired(): Desired | undefined {
    const text = this.state.documents.get('desired.json')
    if (text === undefined) return undefined
    const { signed } = JSON.parse(text) as { signed: unknown }
    const { payload } = SignedDesired.parse(signed)
    return Desired.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  }

  private duration(range: readonly [number, number]): number {
    const factor = this.traits.behaviour === 'slow' ? slowFactor : 1
    return (between(this.random, range) * factor) / this.around.speed
  }
}
