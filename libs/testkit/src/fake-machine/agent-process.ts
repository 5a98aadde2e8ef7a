import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { FakeMachine } from './fake-machine.ts'
import { machineSources } from './machine-modules.ts'
import type { PowerPlan } from './power-plan.ts'

const maxLines = 2_000
const pollMs = 25
const stopGraceMs = 5_000

export interface AgentProcessOptions {
  /** Program and arguments, such as `[process.execPath, '/path/agent.js']`. */
  command: string[]
  /** On top of the machine's environment. */
  env?: Record<string, string> | undefined
  /** The event of `FakeMachine.planPower` has come and nothing of it runs any more; called before the machine comes up. */
  onLoss?: ((plan: PowerPlan) => void) | undefined
  /** The machine has come up; called before the agent is started. */
  onBoot?: (() => void) | undefined
}

/** Program and arguments of an agent whose steps are events of `FakeMachine.planPower`. */
export function watchedAgent(file: string): string[] {
  return [process.execPath, '--import', pathToFileURL(join(machineSources, 'machine/watch-agent.mjs')).href, file]
}

/**
 * The real agent on a fake machine. It watches for a reboot that the agent asked for, takes the agent down, reboots the
 * machine and starts the agent again, when the image that booted lets it.
 */
export class AgentProcess implements AsyncDisposable {
  private readonly machine: FakeMachine
  private readonly options: AgentProcessOptions
  private readonly lines: string[] = []
  private readonly watching: Promise<void>
  private child: ChildProcess | null = null
  private stopped = false
  private starts = 0

  private constructor(machine: FakeMachine, options: AgentProcessOptions) {
    this.machine = machine
    this.options = options
    this.spawn()
    this.watching = this.watch()
  }

  static start(machine: FakeMachine, options: AgentProcessOptions): AgentProcess {
    return new AgentProcess(machine, options)
  }

  /** Whether the agent runs now. */
  get running(): boolean {
    return this.child !== null
  }

  /** How often the agent was started. */
  get startCount(): number {
    return this.starts
  }

  /** The last lines of stdout and stderr of all starts. */
  output(): string {
    return this.lines.join('\n')
  }

  /** SIGKILL to the agent's process group; transient units live on. It stays down until `restart`. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** Starts the agent again, after an orderly end if it still runs. */
  async restart(): Promise<void> {
    await this.end('SIGTERM')
    this.spawn()
  }

  /** Ends the agent and stops watching the machine. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.end('SIGTERM')
    await this.watching
  }

  /** Cuts the power of the machine under the running agent, then starts both again. */
  async powerCut(): Promise<void> {
    await this.end('SIGKILL')
    await this.machine.powerCut()
    await this.startWhenUp()
  }

  /** Waits until the predicate holds. Fails with the agent's output after `timeoutMs`. */
  async waitFor(predicate: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
    const deadline = performance.now() + timeoutMs
    while (!(await predicate())) {
      if (performance.now() > deadline) {
        throw new Error(`The agent did not get there in ${timeoutMs} ms. Its output:\n${this.output()}`)
      }
      await delay(pollMs)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  private spawn(): void {
    const [program = '', ...args] = this.options.command
    this.starts += 1
    const env = this.machine.env(this.options.env)
    const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    this.collect(child.stdout)
    this.collect(child.stderr)
    // Not `close`: what the agent leaves behind may hold its pipes for long.
    child.once('exit', (code, signal) => this.ended(child, `(agent ended: ${signal ?? code})`))
    child.once('error', (error) => this.ended(child, `(agent did not start: ${error.message})`))
  }

  private ended(child: ChildProcess, line: string): void {
    this.add(line)
    if (this.child === child) this.child = null
  }

  private collect(stream: Readable | null): void {
    if (stream) createInterface({ input: stream }).on('line', (line) => this.add(line))
  }

  private add(line: string): void {
    this.lines.push(line)
    if (this.lines.length > maxLines) this.lines.splice(0, this.lines.length - maxLines)
  }

  /** Ends the whole process group; what ignores SIGTERM is killed. */
  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this
    if (!child || child.pid === undefined) return
    const { pid } = child
    const exit = once(child, 'exit')
    signalGroup(pid, signal)
    const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), stopGraceMs)
    await exit
    clearTimeout(late)
    // Whoever of the group ignored the signal goes too.
    signalGroup(pid, 'SIGKILL')
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      const lost = this.machine.lostPower()
      if (lost !== null) await this.recover(lost)
      else if (this.machine.state().rebootRequested !== null) await this.reboot()
      await delay(pollMs)
    }
  }

  private async reboot(): Promise<void> {
    await this.end('SIGTERM')
    // The power may go meanwhile; then the watch sees it next.
    if (this.stopped || this.machine.lostPower() !== null || this.machine.beginShutdown()) return
    await this.machine.reboot()
    await this.startWhenUp()
  }

  private async recover(lost: PowerPlan): Promise<void> {
    await this.end('SIGKILL')
    this.options.onLoss?.(lost)
    await this.machine.playLoss(lost)
    await this.startWhenUp()
  }

  private async startWhenUp(): Promise<void> {
    while (!this.stopped && this.machine.state().power === 'booting') await delay(pollMs)
    if (this.stopped || this.machine.state().power !== 'on') return
    this.options.onBoot?.()
    this.spawn()
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody is left in the group.
  }
}
