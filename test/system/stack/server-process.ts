import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { waitFor } from '@bootfleet/testkit'

export interface ServerProcessOptions {
  readonly name: string
  readonly main: string
  readonly env: Readonly<Record<string, string>>
  readonly readyUrl: string
}

/** One of bootfleet's own processes, as it is deployed; can be killed and started again. */
export class ServerProcess {
  readonly #options: ServerProcessOptions
  readonly #lines: string[] = []
  #child: ChildProcess | undefined

  constructor(options: ServerProcessOptions) {
    this.#options = options
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const { name, main, env, readyUrl } = this.#options
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => this.#keep(line))
    const ready = waitFor(`${name} to be ready`, async () => (await fetch(readyUrl)).ok, 60_000)
    const died = once(child, 'exit').then(() => {
      if (this.#child === child) throw new Error(`${name} ended at its start:\n${this.output()}`)
    })
    await Promise.race([ready, died]).catch((error: unknown) => {
      throw new Error(`${name} did not start:\n${this.output()}`, { cause: error })
    })
    died.catch(() => {})
  }

  /** Kills it at once, with no chance to tidy up. */
  async kill9(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Asks it to end and waits until it has. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Its last lines of output. */
  output(): string {
    return this.#lines.join('\n')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  #keep(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > 200) this.#lines.shift()
  }
}
