import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { backOff } from './back-off.ts'
import { LogFile } from './log-file.ts'
import { readLines } from './read-lines.ts'

/** How to run one process for as long as the supervisor runs. */
export interface ChildSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly identity?: { readonly uid?: number; readonly gid?: number }
  /** With a channel to the supervisor, by which the child notices that it is alone. */
  readonly channel?: boolean
  /** It may end by itself with code 0, and stays down then. */
  readonly mayEnd?: boolean
  /** The signal that asks it to end. */
  readonly stopSignal: NodeJS.Signals
  /** Milliseconds it may take to end before it is killed. */
  readonly drainMs: number
}

export interface ChildEvents {
  readonly say: (line: string) => void
  readonly logs: string
  /** Told whenever the process is another one, or none. */
  readonly onProcess: (name: string, pid: number | undefined) => void
}

const tailLines = 15

/**
 * A process that is started again when it ends by itself, unless it may, after a pause that grows while it dies young.
 * `stop` asks it to end, kills it when it does not in time, and resolves when it is gone; after that it stays down.
 */
export class Child {
  readonly name: string
  readonly #spec: ChildSpec
  readonly #events: ChildEvents
  readonly #log: LogFile
  readonly #tail: string[] = []
  #process: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #restarts = 0
  #stopping = false

  constructor(spec: ChildSpec, events: ChildEvents) {
    this.name = spec.name
    this.#spec = spec
    this.#events = events
    this.#log = new LogFile(join(events.logs, `${spec.name}.log`))
    this.#start()
  }

  /** How often it ended by itself since it last ran for a minute. */
  get restarts(): number {
    return this.#restarts
  }

  /** Its last lines of output. */
  get tail(): readonly string[] {
    return this.#tail
  }

  get logPath(): string {
    return this.#log.path
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    const child = this.#process
    if (child !== undefined && !hasEnded(child)) await this.#end(child)
    await this.#log.close()
  }

  kill(): void {
    this.#stopping = true
    clearTimeout(this.#timer)
    if (this.#process) signal(this.#process, 'SIGKILL')
  }

  #start(): void {
    const { command, args, cwd, env, identity, channel } = this.#spec
    const started = performance.now()
    // A process group of its own: Ctrl-C in a terminal reaches the supervisor alone, which stops the others in order.
    const child = spawn(command, args, {
      ...identity,
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
    })
    this.#process = child
    this.#events.onProcess(this.name, child.pid)
    for (const stream of [child.stdout, child.stderr]) if (stream) readLines(stream, (line) => this.#write(line))
    let over = false
    const ended = (how: string, isDone = false) => {
      if (over) return
      over = true
      if (isDone) return this.#events.onProcess(this.name, undefined)
      this.#ended(how, performance.now() - started)
    }
    child.once('error', (error) => ended(`could not be started (${error.message})`))
    const isDone = (code: number | null) => code === 0 && this.#spec.mayEnd === true
    child.once('exit', (code, name) => ended(`ended with ${name ?? `code ${code}`}`, isDone(code)))
  }

  #write(line: string): void {
    this.#log.write(line)
    this.#tail.push(line)
    if (this.#tail.length > tailLines) this.#tail.shift()
  }

  #ended(how: string, livedMs: number): void {
    this.#events.onProcess(this.name, undefined)
    if (this.#stopping) return
    const { waitMs, restarts } = backOff(this.#restarts, livedMs)
    this.#restarts = restarts
    this.#events.say(`${this.name} ${how}; starting it again in ${waitMs / 1000} s. Its log: ${this.#log.path}`)
    this.#timer = setTimeout(() => this.#start(), waitMs)
  }

  async #end(child: ChildProcess): Promise<void> {
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(this.#spec.stopSignal)
    const timer = setTimeout(() => {
      this.#events.say(`${this.name} did not end in ${this.#spec.drainMs / 1000} s: killing it.`)
      signal(child, 'SIGKILL')
    }, this.#spec.drainMs)
    await gone
    clearTimeout(timer)
    // What it may have started itself goes with it.
    signal(child, 'SIGKILL')
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    child.kill(name)
  }
}
