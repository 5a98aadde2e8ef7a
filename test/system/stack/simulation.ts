import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@bootfleet/testkit'
import type { Stack } from './stack.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const program = 'apps/agent/dist/bootfleet-simulate.mjs'

/** A running `npm run simulate`, without npm in between. */
export class Simulation implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #chunks: Buffer[] = []

  private constructor(args: readonly string[], env: Record<string, string>) {
    const { PATH = '' } = process.env
    this.#child = spawn(process.execPath, [program, ...args], {
      cwd: root,
      env: { PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
  }

  /** Starts it against a stack, durations a tenth of the usual, and waits until each device was connected. */
  static async start(stack: Stack, args: readonly string[]): Promise<Simulation> {
    const simulation = await Simulation.#run(stack, ['--speed', '10', ...args])
    await waitFor('all simulated devices to connect', () => simulation.hasConnected(), 120_000).catch(
      async (error: unknown) => {
        await simulation[Symbol.asyncDispose]()
        throw new Error(simulation.output(), { cause: error })
      },
    )
    return simulation
  }

  /** Removes all simulated devices; resolves with what it says. */
  static async remove(stack: Stack): Promise<string> {
    const run = await Simulation.#run(stack, ['--remove'])
    await once(run.#child, 'close')
    return run.output()
  }

  static async #run(stack: Stack, args: readonly string[]): Promise<Simulation> {
    const { token } = await stack.client.apiTokens.create({ body: { name: 'simulation', role: 'admin' } })
    return new Simulation(['--server', stack.apiUrl, ...args], { BOOTFLEET_TOKEN: token })
  }

  hasConnected(): boolean {
    if (this.#child.exitCode !== null) throw new Error(`it ended with code ${this.#child.exitCode}`)
    return this.output().includes('devices have connected')
  }

  output(): string {
    return Buffer.concat(this.#chunks).toString()
  }

  /** Resolves with its exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'close')
      this.#child.kill('SIGTERM')
      await ended
    }
    return this.#child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
